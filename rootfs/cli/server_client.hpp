#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/record/record.hpp"

#include <CLI/CLI.hpp>
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

/// Talks to farboot-server (docs/http-api.md). Reasons: those of HttpClient, and record-malformed.
class ServerClient
{
public:
    /// Reads the token; reasons: usage (no URL, or no https), not-found, token-permissions (others may read the file),
    /// token-malformed.
    [[nodiscard]] static Result<ServerClient> create(const ServerOptions& options);

    /// The number of the newest published record, or 0.
    [[nodiscard]] Result<std::uint64_t> newest(const RecordName& name, std::stop_token stop);
    /// Publishes an envelope.
    [[nodiscard]] Result<void> send(const std::string& envelope, std::stop_token stop);

private:
    ServerClient(std::string url, std::string token, TlsTrust trust);

    std::string url_;
    std::string token_;
    std::unique_ptr<HttpClient> http_;
};

} // namespace farboot::rootfs
