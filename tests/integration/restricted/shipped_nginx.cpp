#include "tests/integration/restricted/shipped_nginx.hpp"

#include "tests/integration/rootfs/web_server.hpp"

#include <fmt/format.h>

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
        throw std::runtime_error("packaging/nginx/farboot.conf has no " + what);
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

} // namespace

ShippedNginx::ShippedNginx(std::filesystem::path folder, const Places& places)
    : folder_(std::move(folder)), port_(free_port())
{
    std::filesystem::create_directories(folder_);
    auto shipped = read_whole(FARBOOT_NGINX);
    replace(shipped, "    listen [::]:443 ssl;\n", "");
    replace(shipped, "listen 443 ssl", fmt::format("listen 127.0.0.1:{} ssl", port_));
    replace(shipped, "/etc/farboot/server.", (places.data / "server.").string());
    replace(shipped, "/var/lib/farboot/", places.data.string() + "/");
    replace(shipped, "/srv/farboot/store/", places.store.string() + "/");
    replace(shipped, "127.0.0.1:8080", fmt::format("127.0.0.1:{}", places.upstream));
    write_whole(folder_ / "farboot.conf", shipped);
    write_whole(folder_ / "nginx.conf", fmt::format(main_configuration, fmt::arg("folder", folder_.string())));
    process_.emplace(std::vector<std::string>{"/usr/sbin/nginx", "-c", (folder_ / "nginx.conf").string()},
                     folder_ / "log");
    if (!eventually([&] { return listens(port_) || !process_->running(); }) || !process_->running())
        throw std::runtime_error("nginx did not start: " + read_whole(folder_ / "log") +
                                 read_whole(folder_ / "error.log"));
}

} // namespace farboot::test
