#include "pbl/agent/server_api.hpp"

#include "pbl/agent/menu.hpp"
#include "rootfs/base/encoding.hpp"

#include <nlohmann/json.hpp>

namespace farboot::agent
{

namespace
{

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
    return ask(std::move(request), check_dates, stop);
}

Result<std::string> ServerApi::menu(std::string_view mac, std::string_view uuid, std::string_view hardware,
                                    std::stop_token stop)
{
    rootfs::HttpRequest request;
    request.url = server_ + "/api/v1/menu?for=preboot&mac=" + query_value(mac) + "&uuid=" + query_value(uuid);
    request.url += hardware;
    request.max_body = max_menu_bytes;
    return ask(std::move(request), true, stop);
}

Result<std::string> ServerApi::record(const rootfs::RecordName& name, std::optional<std::uint64_t> number,
                                      bool check_dates, std::stop_token stop)
{
    rootfs::HttpRequest request;
    request.url = server_ + "/api/v1/records/" + name.text();
    if (number)
        request.url += "/" + std::to_string(*number);
    return ask(std::move(request), check_dates, stop);
}

Result<std::string> ServerApi::ask(rootfs::HttpRequest request, bool check_dates, const std::stop_token& stop)
{
    auto response =
        check_dates
            ? client_.fetch_ok(std::move(request), stop)
            : rootfs::HttpClient({.ca_file = ca_file_, .check_dates = false}, 1).fetch_ok(std::move(request), stop);
    if (!response)
        return std::unexpected(response.error());
    return std::move(response->body);
}

} // namespace farboot::agent
