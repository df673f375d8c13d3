#include "tests/integration/rootfs/web_server.hpp"

#include "tests/reserved_port.hpp"

#include <fmt/format.h>

#include <csignal>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace farboot::test
{

bool listens(int port, const std::string& text)
{
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, text.c_str(), &address.sin_addr);
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
    write_whole(folder / "names", fmt::format("subjectAltName=DNS:localhost,DNS:{}\n", WebServer::other_name));
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
    log_format requests "$server_protocol $connection $uri";
    server {{
        listen {address}:{port} ssl http2;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        limit_rate {rate};
        access_log {folder}/requests.log requests;
        location /store/ {{ alias {served}/; }}
    }}
)";

} // namespace

std::unique_ptr<Process> start_nginx(const std::filesystem::path& folder, const std::string& servers, int port,
                                     const std::string& user, const std::string& address)
{
    write_whole(folder / "nginx.conf", fmt::format(whole_configuration, fmt::arg("folder", folder.string()),
                                                   fmt::arg("user", user), fmt::arg("servers", servers)));
    auto process = std::make_unique<Process>(
        std::vector<std::string>{"/usr/sbin/nginx", "-c", (folder / "nginx.conf").string()}, folder / "log");
    if (!eventually([&] { return listens(port, address) || !process->running(); }) || !process->running())
        throw std::runtime_error("nginx did not start: " + read_whole(folder / "log") +
                                 read_whole(folder / "error.log"));
    return process;
}

WebServer::WebServer(std::filesystem::path folder, std::filesystem::path served, int bytes_a_second)
    : folder_(std::move(folder)), served_(std::move(served)), bytes_a_second_(bytes_a_second), port_(reserved_port())
{
    std::filesystem::create_directories(folder_);
    // nginx's workers are not root.
    for (auto parent = folder_; parent != parent.root_path(); parent = parent.parent_path())
        if (parent.filename().string().starts_with("farboot-test-"))
            std::filesystem::permissions(parent, std::filesystem::perms(0755));
    make_certificates(folder_);
    start();
}

void WebServer::start(int bytes_a_second)
{
    process_ = start_nginx(folder_,
                           fmt::format(configuration, fmt::arg("folder", folder_.string()), fmt::arg("port", port_),
                                       fmt::arg("address", address_), fmt::arg("rate", bytes_a_second),
                                       fmt::arg("served", served_.string())),
                           port_, "www-data", address_);
}

void WebServer::move_to(const std::string& address)
{
    stop();
    address_ = address;
    start();
}

void WebServer::send_workers(int signal) const
{
    const auto pid = std::to_string(process_->pid());
    std::istringstream workers(read_whole("/proc/" + pid + "/task/" + pid + "/children"));
    for (pid_t worker = 0; workers >> worker;)
        ::kill(worker, signal);
}

std::vector<WebServer::Request> WebServer::requests() const
{
    std::vector<Request> requests;
    std::istringstream lines(read_whole(folder_ / "requests.log"));
    for (Request one; lines >> one.protocol >> one.connection >> one.path;)
        requests.push_back(one);
    return requests;
}

void WebServer::stop()
{
    process_->send(SIGTERM); // at once, with the transfers that run; its workers go too
    process_->wait();
    process_.reset();
}

} // namespace farboot::test
