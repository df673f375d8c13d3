#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/record/record.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>

namespace farboot::rootfs
{

/// Where records go, as the command line says it.
struct ServerOptions {
    std::string url;
    std::string ca_file;
    std::string token_file;
};

void add_server_options(CLI::App& command, ServerOptions& options);
/// --ca and --token-file, for a command whose URL is another option.
void add_credentials(CLI::App& command, ServerOptions& options);

/// Talks to farboot-server (docs/http-api.md). Reasons: those of HttpClient, and record-malformed.
class ServerClient
{
public:
    /// Reads the token; reasons: usage (no URL, or no https), not-found, token-permissions (others may read the file),
    /// token-malformed.
    [[nodiscard]] static Result<ServerClient> create(const ServerOptions& options);

    /// The highest number that the server has, in whatever state; 0: none.
    [[nodiscard]] Result<std::uint64_t> newest(const RecordName& name, const std::stop_token& stop);
    /// Publishes an envelope, or leaves it there as a draft.
    [[nodiscard]] Result<void> send(const std::string& envelope, bool draft, const std::stop_token& stop);

    // Other requests, with the token; paths begin with /api/. A status besides 2xx is an error (http-404 …). Safe from
    // many threads.

    [[nodiscard]] Result<nlohmann::json> get(const std::string& path, const std::stop_token& stop);
    /// POST, PUT or DELETE (`body` null: without one). `if_match`: an ETag, or empty. The answer is null where it has
    /// no body.
    [[nodiscard]] Result<nlohmann::json> change(const std::string& method, const std::string& path,
                                                const nlohmann::json& body, const std::string& if_match,
                                                const std::stop_token& stop);
    /// Streams the answer of a GET into `sink` until it ends, with these headers; empty ones are left out.
    [[nodiscard]] Result<void> stream(const std::string& path,
                                      const std::vector<std::pair<std::string, std::string>>& headers,
                                      HttpClient::Sink sink, const std::stop_token& stop);
    /// Any request: what the ones above have no words for.
    struct Call {
        std::string method{};
        std::string path{};
        std::vector<std::pair<std::string, std::string>> headers{};
        std::string body_file{};
        std::optional<std::pair<std::uint64_t, std::uint64_t>> body_range{}; ///< of the file; nothing: all
        std::optional<std::pair<std::uint64_t, std::uint64_t>> range{};      ///< of the answer
        std::string keep_header{};                                           ///< of the answer, too
    };
    [[nodiscard]] Result<HttpResponse> call(const Call& call, const std::stop_token& stop);
    /// The same, with the answer's body into `sink`.
    [[nodiscard]] Result<void> stream(const Call& call, HttpClient::Sink sink, const std::stop_token& stop);
    /// What a PUT sends: a file, or bytes.
    struct Body {
        std::string file;
        std::string bytes;
    };
    [[nodiscard]] Result<void> put(const std::string& path, Body body, const std::stop_token& stop);
    /// Has the server's store this file, and not on the list of what is going to be deleted?
    [[nodiscard]] Result<bool> has_file(const Digest& file, const std::stop_token& stop);
    /// Bytes of bodies sent so far, those of failed requests too.
    [[nodiscard]] std::uint64_t bytes_sent() const { return http_->bytes_sent(); }
    [[nodiscard]] const std::string& url() const { return url_; }

private:
    ServerClient(std::string url, std::string token, TlsTrust trust);
    [[nodiscard]] HttpRequest request(const Call& call) const;
    [[nodiscard]] HttpRequest request(std::string method, const std::string& path, std::string type) const;

    std::string url_;
    std::string token_;
    std::unique_ptr<HttpClient> http_;
};

} // namespace farboot::rootfs
