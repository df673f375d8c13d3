#pragma once

#include "tests/integration/rootfs/process.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace farboot::test
{

/// A TCP port on 127.0.0.1 where nobody answers, but connections are taken.
class SilentPort
{
public:
    SilentPort();
    ~SilentPort();
    SilentPort(const SilentPort&) = delete;
    SilentPort& operator=(const SilentPort&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// True if somebody has connected since it is there.
    [[nodiscard]] bool was_visited() const;

private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
};

/// OpenLDAP's server with a folder and ports of its own. It takes passwords over encrypted connections only.
class Slapd
{
public:
    /// `certificate`, `key`: PEM files. `ldif`: what it has, below dc=example,dc=org.
    Slapd(std::filesystem::path folder, const std::filesystem::path& certificate, const std::filesystem::path& key,
          const std::string& ldif);
    [[nodiscard]] static bool installed();

    [[nodiscard]] std::string ldap() const;
    [[nodiscard]] std::string ldaps() const;
    void modify(const std::string& ldif);
    void stop() { process_.reset(); }

    static constexpr const char* root = "cn=root,dc=example,dc=org";

private:
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    std::uint16_t tls_port_ = 0;
    std::unique_ptr<Process> process_;
};

} // namespace farboot::test
