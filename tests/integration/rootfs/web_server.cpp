#include "tests/integration/rootfs/web_server.hpp"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace farboot::test
{

bool listens(int port)
{
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const auto connected = connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return connected;
}

namespace
{

void must_run(const std::vector<std::string>& command)
{
    std::string output;
    if (run(command, &output) != 0)
        throw std::runtime_error(command[0] + ": " + output);
}

/// ca.pem, and server.pem with its key, signed by it.
void make_certificates(const std::filesystem::path& folder)
{
    const auto file = [&](const char* name) { return (folder / name).string(); };
    write_whole(folder / "names", "subjectAltName=DNS:localhost\n");
    must_run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
              "-subj", "/CN=throw-away authority", "-keyout", file("ca.key"), "-out", file("ca.pem")});
    must_run({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
              "/CN=localhost", "-keyout", file("server.key"), "-out", file("server.csr")});
    must_run({"openssl", "x509", "-req", "-in", file("server.csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
              "-CAcreateserial", "-days", "2", "-extfile", file("names"), "-out", file("server.pem")});
}

constexpr auto whole_configuration = R"(
daemon off;
worker_processes 1;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
{servers}
}}
)";

constexpr auto configuration = R"(
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        limit_rate {rate};
        location /store/ {{ alias {served}/; }}
    }}
)";

} // namespace

int free_port()
{
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(probe, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    close(probe);
    return ntohs(address.sin_port);
}

std::unique_ptr<Process> start_nginx(const std::filesystem::path& folder, const std::string& servers, int port,
                                     const std::string& user)
{
    write_whole(folder / "nginx.conf", fmt::format(whole_configuration, fmt::arg("folder", folder.string()),
                                                   fmt::arg("user", user), fmt::arg("servers", servers)));
    auto process = std::make_unique<Process>(
        std::vector<std::string>{"/usr/sbin/nginx", "-c", (folder / "nginx.conf").string()}, folder / "log");
    if (!eventually([&] { return listens(port) || !process->running(); }) || !process->running())
        throw std::runtime_error("nginx did not start: " + read_whole(folder / "log") +
                                 read_whole(folder / "error.log"));
    return process;
}

WebServer::WebServer(std::filesystem::path folder, const std::filesystem::path& served, int bytes_a_second)
    : folder_(std::move(folder)), port_(free_port())
{
    std::filesystem::create_directories(folder_);
    // nginx's workers are not root.
    for (auto parent = folder_; parent != parent.root_path(); parent = parent.parent_path())
        if (parent.filename().string().starts_with("farboot-test-"))
            std::filesystem::permissions(parent, std::filesystem::perms(0755));
    make_certificates(folder_);
    configuration_ = fmt::format(configuration, fmt::arg("folder", folder_.string()), fmt::arg("port", port_),
                                 fmt::arg("rate", bytes_a_second), fmt::arg("served", served.string()));
    start();
}

void WebServer::start()
{
    process_ = start_nginx(folder_, configuration_, port_);
}

void WebServer::stop()
{
    process_->send(SIGTERM); // at once, with the transfers that run; its workers go too
    process_->wait();
    process_.reset();
}

} // namespace farboot::test
