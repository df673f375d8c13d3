#include "rootfs/cli/server_client.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/record/envelope.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sys/stat.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_token_bytes = 4096;
constexpr std::uint64_t max_answer_bytes = 64 << 20; // a list of many thousands

Result<std::string> read_token(const std::string& file)
{
    struct stat info{};
    if (::stat(file.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail("token-permissions", "The token in {0} may be read by others: chmod 600 {0}", file);
    auto text = read_file(file, max_token_bytes);
    if (!text)
        return text;
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r'))
        text->pop_back();
    // It becomes a header: a line break in it would start another one.
    const auto is_printable = [](char c) { return c > 0x20 && c < 0x7f; };
    if (text->empty() || !std::ranges::all_of(*text, is_printable))
        return fail("token-malformed", "{} does not hold one token. Make one: farboot-server token", file);
    return text;
}

} // namespace

void add_server_options(CLI::App& command, ServerOptions& options)
{
    command.add_option("--server", options.url, "The server that gets the record, https://…")->type_name("URL");
    add_credentials(command, options);
}

void add_credentials(CLI::App& command, ServerOptions& options)
{
    command
        .add_option("--ca", options.ca_file,
                    "Whom to believe that it is the server; without it, the system's authorities")
        ->type_name("FILE");
    command
        .add_option("--token-file", options.token_file, "File (mode 0600) with the token of \"farboot-server token\"")
        ->type_name("FILE");
}

ServerClient::ServerClient(std::string url, std::string token, TlsTrust trust)
    : url_(std::move(url)), token_(std::move(token)), http_(std::make_unique<HttpClient>(std::move(trust)))
{
}

Result<ServerClient> ServerClient::create(const ServerOptions& options)
{
    if (options.url.empty())
        return fail("usage", "Name the server: --server https://…");
    if (!options.url.starts_with("https://"))
        return fail("usage", "A server's URL starts with https://: the token is sent there.");
    if (options.token_file.empty())
        return fail("usage", "{} needs --token-file: only admins may write there.", options.url);
    auto token = read_token(options.token_file);
    if (!token)
        return std::unexpected(token.error());
    auto url = options.url;
    while (url.ends_with('/'))
        url.pop_back();
    return ServerClient(std::move(url), std::move(*token), {options.ca_file, true});
}

Result<std::uint64_t> ServerClient::newest(const RecordName& name, const std::stop_token& stop)
{
    const auto series = get("/api/v1/series/" + name.text(), stop);
    if (!series && series.error().reason == "http-404")
        return 0;
    if (!series)
        return std::unexpected(series.error());
    std::uint64_t newest = 0;
    for (const auto& version : series->value("versions", nlohmann::json::array()))
        newest = std::max(newest, version.value("number", std::uint64_t{0}));
    return newest;
}

HttpRequest ServerClient::request(std::string method, const std::string& path, std::string type) const
{
    HttpRequest request;
    request.method = std::move(method);
    request.url = url_ + path;
    request.headers = {{"Authorization", "Bearer " + token_}};
    if (!type.empty())
        request.headers.emplace_back("Content-Type", std::move(type));
    // The server looks at every chunk that it gets before it answers, and at all packs that it did not know.
    request.stall_timeout = std::chrono::minutes(5);
    request.max_body = max_answer_bytes;
    return request;
}

Result<void> ServerClient::send(const std::string& envelope, bool draft, const std::stop_token& stop)
{
    auto record =
        request("POST", draft ? "/api/v1/records?state=draft" : "/api/v1/records", "application/vnd.dsse+json");
    record.body = envelope;
    const auto answer = http_->fetch_ok(std::move(record), stop);
    if (!answer)
        return fail(answer.error().reason, "The record was not published: {}", answer.error().sentence);
    return {};
}

namespace
{

Result<nlohmann::json> json_of(const HttpResponse& answer, const std::string& url)
{
    if (answer.body.empty())
        return nlohmann::json();
    auto json = nlohmann::json::parse(answer.body, nullptr, false);
    if (!json.is_object())
        return fail("bad-answer", "{}: the answer is not JSON. Is this a Farboot server?", url);
    return json;
}

} // namespace

Result<nlohmann::json> ServerClient::get(const std::string& path, const std::stop_token& stop)
{
    const auto answer = http_->fetch_ok(request("GET", path, {}), stop);
    if (!answer)
        return std::unexpected(answer.error());
    auto json = json_of(*answer, url_ + path);
    if (json && json->is_null())
        return fail("bad-answer", "{}{}: the answer is empty. Is this a Farboot server?", url_, path);
    return json;
}

Result<nlohmann::json> ServerClient::change(const std::string& method, const std::string& path,
                                            const nlohmann::json& body, const std::string& if_match,
                                            const std::stop_token& stop)
{
    auto changed = request(method, path, body.is_null() ? "" : "application/json");
    if (!body.is_null())
        changed.body = body.dump();
    if (!if_match.empty())
        changed.headers.emplace_back("If-Match", if_match);
    const auto answer = http_->fetch_ok(std::move(changed), stop);
    if (!answer)
        return std::unexpected(answer.error());
    return json_of(*answer, url_ + path);
}

HttpRequest ServerClient::request(const Call& call) const
{
    auto made = request(call.method, call.path, {});
    made.headers.insert(made.headers.end(), call.headers.begin(), call.headers.end());
    made.body_file = call.body_file;
    made.body_range = call.body_range;
    made.range = call.range;
    made.keep_header = call.keep_header;
    return made;
}

Result<HttpResponse> ServerClient::call(const Call& call, const std::stop_token& stop)
{
    return http_->fetch_ok(request(call), stop);
}

Result<void> ServerClient::stream(const Call& call, HttpClient::Sink sink, const std::stop_token& stop)
{
    const auto answer = http_->stream(request(call), std::move(sink), stop);
    if (!answer)
        return std::unexpected(answer.error());
    return {};
}

Result<void> ServerClient::put(const std::string& path, Body body, const std::stop_token& stop)
{
    auto put = request("PUT", path, "application/octet-stream");
    put.body = std::move(body.bytes);
    put.body_file = std::move(body.file);
    const auto answer = http_->fetch_ok(std::move(put), stop);
    if (!answer)
        return std::unexpected(answer.error());
    return {};
}

Result<void> ServerClient::stream(const std::string& path,
                                  const std::vector<std::pair<std::string, std::string>>& headers,
                                  HttpClient::Sink sink, const std::stop_token& stop)
{
    auto get = request("GET", path, {});
    for (const auto& [name, value] : headers)
        if (!value.empty())
            get.headers.emplace_back(name, value);
    get.stall_timeout = std::chrono::minutes(1);
    const auto answer = http_->stream(std::move(get), std::move(sink), stop);
    if (!answer)
        return std::unexpected(answer.error());
    return {};
}

Result<bool> ServerClient::has_file(const Digest& file, const std::stop_token& stop)
{
    const auto answer = get("/api/v1/store/files/" + file.hex(), stop);
    if (!answer && answer.error().reason != "http-404")
        return std::unexpected(answer.error());
    return answer.has_value();
}

} // namespace farboot::rootfs
