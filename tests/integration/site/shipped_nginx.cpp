#include "tests/integration/site/shipped_nginx.hpp"

#include "tests/integration/rootfs/web_server.hpp"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

namespace farboot::test
{

namespace
{

constexpr auto main_configuration = R"(
daemon off;
worker_processes 1;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    include {folder}/farboot.conf;
}}
)";

void replace(std::string& text, const std::string& what, const std::string& with)
{
    if (text.find(what) == std::string::npos)
        throw std::runtime_error("the configuration that is shipped has no " + what);
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

} // namespace

ShippedNginx::ShippedNginx(std::filesystem::path folder, const std::string& file,
                           const std::filesystem::path& certificate, const Replacements& replacements)
    : folder_(std::move(folder)), port_(free_port())
{
    std::filesystem::create_directories(folder_);
    auto shipped = read_whole(std::filesystem::path(FARBOOT_NGINX) / file);
    replace(shipped, "    listen [::]:443 ssl;\n", "");
    replace(shipped, "listen 443 ssl", fmt::format("listen 127.0.0.1:{} ssl", port_));
    replace(shipped, "/etc/farboot/", certificate.string() + "/");
    for (const auto& [what, with] : replacements)
        replace(shipped, what, with);
    write_whole(folder_ / "farboot.conf", shipped);
    write_whole(folder_ / "nginx.conf", fmt::format(main_configuration, fmt::arg("folder", folder_.string())));
    process_.emplace(std::vector<std::string>{"/usr/sbin/nginx", "-c", (folder_ / "nginx.conf").string()},
                     folder_ / "log");
    if (!eventually([&] { return listens(port_) || !process_->running(); }) || !process_->running())
        throw std::runtime_error("nginx did not start: " + read_whole(folder_ / "log") +
                                 read_whole(folder_ / "error.log"));
}

void ShippedNginx::stop()
{
    process_->send(SIGTERM);
    process_->wait();
}

} // namespace farboot::test
