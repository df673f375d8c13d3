#pragma once

#include "tests/integration/rootfs/process.hpp"

#include <memory>
#include <string>

namespace farboot::test
{

/// Does somebody take connections there?
[[nodiscard]] bool listens(int port, const std::string& address = "127.0.0.1");

/// nginx that serves what `servers` says (what may stand within http {}), once it listens there; `folder` keeps its
/// files. Throws with what it said if it does not start.
[[nodiscard]] std::unique_ptr<Process> start_nginx(const std::filesystem::path& folder, const std::string& servers,
                                                   int port, const std::string& user = "www-data",
                                                   const std::string& address = "127.0.0.1");

/// nginx with a throw-away certificate authority, serving a folder over HTTPS on localhost, in HTTP/2 to whom takes it.
class WebServer
{
public:
    /// `folder` keeps its files. `bytes_a_second` slows every answer down; 0: as fast as it can.
    WebServer(std::filesystem::path folder, std::filesystem::path served, int bytes_a_second = 0);

    void start() { start(bytes_a_second_); }
    void start(int bytes_a_second);
    void stop();
    /// To the processes that answer.
    void send_workers(int signal) const;
    struct Request {
        std::string protocol;   ///< HTTP/1.1, HTTP/2.0
        std::string connection; ///< its number
        std::string path;
    };
    /// Those that are through.
    [[nodiscard]] std::vector<Request> requests() const;
    /// To another address of this machine, the port stays.
    void move_to(const std::string& address);

    [[nodiscard]] std::string url() const { return url_of("localhost"); }
    /// By a name that the certificate has, too, and that somebody must be told of.
    [[nodiscard]] std::string url_of_other_name() const { return url_of(other_name); }
    static constexpr const char* other_name = "store.example";
    [[nodiscard]] std::filesystem::path ca() const { return folder_ / "ca.pem"; }

private:
    [[nodiscard]] std::string url_of(const std::string& name) const
    {
        return "https://" + name + ":" + std::to_string(port_) + "/store";
    }

    std::filesystem::path folder_;
    std::filesystem::path served_;
    int bytes_a_second_;
    std::string address_ = "127.0.0.1";
    int port_;
    std::unique_ptr<Process> process_;
};

} // namespace farboot::test
