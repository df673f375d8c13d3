#include "pbl/agent/server_api.hpp"

#include "pbl/agent/menu.hpp"
#include "rootfs/base/encoding.hpp"

namespace farboot::agent
{

namespace
{

constexpr std::uint64_t max_settings_bytes = 64 << 10; ///< docs/settings.md

/// Header with which a PC shows its session (docs/pcs.md).
constexpr auto session_header = "Farboot-Pc";

Result<std::string> body_of(Result<rootfs::HttpResponse> response)
{
    if (!response)
        return std::unexpected(response.error());
    return std::move(response->body);
}

/// What may stand in a URL's query as it is; the rest of what firmware calls a UUID is left out.
std::string query_value(std::string_view text)
{
    std::string value;
    for (const char c : text.substr(0, 64))
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == ':')
            value += c;
    return value;
}

} // namespace

ServerApi::ServerApi(std::string server, std::string ca_file)
    : server_(std::move(server)), ca_file_(std::move(ca_file)), client_({.ca_file = ca_file_, .check_dates = true})
{
}

Result<std::string> ServerApi::statement(std::string_view nonce, bool check_dates, std::stop_token stop)
{
    rootfs::HttpRequest request;
    request.method = "POST";
    request.url = server_ + "/api/v1/statement";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = nlohmann::json{{"nonce", base64(as_bytes(nonce))}}.dump();
    request.keep_header = "Farboot-Challenge";
    auto response = ask(std::move(request), check_dates, stop);
    if (!response)
        return std::unexpected(response.error());
    challenge_ = std::move(response->kept_header);
    return std::move(response->body);
}

Result<std::string> ServerApi::tell(std::string_view what, const nlohmann::json& body, const std::string& session,
                                    std::stop_token stop)
{
    rootfs::HttpRequest request;
    request.method = "POST";
    request.url = fmt::format("{}/api/v1/pc/{}", server_, what);
    request.headers = {{"Content-Type", "application/json"}};
    if (!session.empty())
        request.headers.emplace_back(session_header, session);
    request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    request.max_body = max_menu_bytes + max_settings_bytes + 4096;
    return body_of(ask(std::move(request), true, stop));
}

Result<std::string> ServerApi::menu(std::string_view mac, std::string_view uuid, std::string_view hardware,
                                    std::stop_token stop)
{
    rootfs::HttpRequest request;
    request.url = server_ + "/api/v1/menu?for=preboot&mac=" + query_value(mac) + "&uuid=" + query_value(uuid);
    request.url += hardware;
    request.max_body = max_menu_bytes;
    return body_of(ask(std::move(request), true, stop));
}

Result<std::string> ServerApi::record(const rootfs::RecordName& name, std::optional<std::uint64_t> number,
                                      bool check_dates, const std::string& session, std::stop_token stop)
{
    rootfs::HttpRequest request;
    if (!session.empty())
        request.headers.emplace_back(session_header, session);
    request.url = server_ + "/api/v1/records/" + name.text();
    if (number)
        request.url += "/" + std::to_string(*number);
    return body_of(ask(std::move(request), check_dates, stop));
}

Result<rootfs::HttpResponse> ServerApi::ask(rootfs::HttpRequest request, bool check_dates, const std::stop_token& stop)
{
    if (check_dates)
        return client_.fetch_ok(std::move(request), stop);
    return rootfs::HttpClient({.ca_file = ca_file_, .check_dates = false}, 1).fetch_ok(std::move(request), stop);
}

} // namespace farboot::agent
