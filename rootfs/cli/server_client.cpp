#include "rootfs/cli/server_client.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/record/envelope.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_token_bytes = 4096;

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
    if (!options.url.starts_with("https://"))
        return fail("usage", "--server needs a URL that starts with https://: the token is sent there.");
    if (options.token_file.empty())
        return fail("usage", "--server needs --token-file.");
    auto token = read_token(options.token_file);
    if (!token)
        return std::unexpected(token.error());
    auto url = options.url;
    while (url.ends_with('/'))
        url.pop_back();
    return ServerClient(std::move(url), std::move(*token), {options.ca_file, true});
}

Result<std::uint64_t> ServerClient::newest(const RecordName& name, std::stop_token stop)
{
    HttpRequest request;
    request.url = url_ + "/api/v1/records/" + name.text();
    const auto answer = http_->fetch_ok(std::move(request), stop);
    if (!answer && answer.error().reason == "http-404")
        return 0;
    if (!answer)
        return std::unexpected(answer.error());
    const auto envelope = Envelope::parse(answer->body);
    if (!envelope)
        return std::unexpected(envelope.error());
    const auto header = RecordHeader::parse(envelope->payload);
    if (!header)
        return std::unexpected(header.error());
    return header->number;
}

Result<void> ServerClient::send(const std::string& envelope, std::stop_token stop)
{
    HttpRequest request;
    request.method = "POST";
    request.url = url_ + "/api/v1/records";
    request.headers = {{"Content-Type", "application/vnd.dsse+json"}, {"Authorization", "Bearer " + token_}};
    request.body = envelope;
    const auto answer = http_->fetch_ok(std::move(request), stop);
    if (!answer)
        return fail(answer.error().reason, "The record was not published: {}", answer.error().sentence);
    return {};
}

} // namespace farboot::rootfs
