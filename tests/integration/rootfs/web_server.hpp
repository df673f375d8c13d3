#pragma once

#include "tests/integration/rootfs/process.hpp"

#include <memory>
#include <string>

namespace farboot::test
{

/// A TCP port that nobody uses now.
[[nodiscard]] int free_port();
/// Does somebody take connections there?
[[nodiscard]] bool listens(int port);

/// nginx that serves what `servers` says (what may stand within http {}), once it listens on `port`; `folder` keeps its
/// files. Throws with what it said if it does not start.
[[nodiscard]] std::unique_ptr<Process> start_nginx(const std::filesystem::path& folder, const std::string& servers,
                                                   int port, const std::string& user = "www-data");

/// nginx with a throw-away certificate authority, serving a folder over HTTPS on localhost.
class WebServer
{
public:
    /// `folder` keeps its files. `bytes_a_second` slows every answer down; 0: as fast as it can.
    WebServer(std::filesystem::path folder, const std::filesystem::path& served, int bytes_a_second = 0);

    void start();
    void stop();

    [[nodiscard]] std::string url() const { return "https://localhost:" + std::to_string(port_) + "/store"; }
    [[nodiscard]] std::filesystem::path ca() const { return folder_ / "ca.pem"; }

private:
    std::filesystem::path folder_;
    int port_ = 0;
    std::string configuration_;
    std::unique_ptr<Process> process_;
};

} // namespace farboot::test
