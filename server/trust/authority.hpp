#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace farboot::server
{

/// The server's TLS files in its data folder: ca.pem and ca.key (0600), made once, and server.pem and server.key
/// (0600), renewed in time. An institution puts its own server.pem and server.key there (and its authority as ca.pem,
/// for the PCs): they are left alone.
class Authority
{
public:
    /// Makes what is missing. `names`: more host names and addresses, in addition to the certificate's and to the
    /// defaults, this machine's name, localhost, 127.0.0.1 and ::1. Reasons: name-malformed, io, certificate-malformed,
    /// key-missing.
    [[nodiscard]] static Result<Authority> open(const std::filesystem::path& data,
                                                const std::vector<std::string>& names, std::chrono::sys_seconds now);

    /// Issues a new certificate when fewer than 30 days are left; true if it did.
    [[nodiscard]] Result<bool> renew(std::chrono::sys_seconds now);

    /// What clients may call the server, the most telling first.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] std::filesystem::path certificate() const { return data_ / "server.pem"; }
    [[nodiscard]] std::filesystem::path key() const { return data_ / "server.key"; }

private:
    explicit Authority(std::filesystem::path data) : data_(std::move(data)) {}
    [[nodiscard]] Result<void> issue(const std::vector<std::string>& names, std::chrono::sys_seconds now);

    std::filesystem::path data_;
    std::vector<std::string> names_;
};

/// True for a host name (RFC 1123) or an IP address.
[[nodiscard]] bool is_host(std::string_view name);

} // namespace farboot::server
