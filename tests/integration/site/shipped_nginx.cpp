#include "tests/integration/site/shipped_nginx.hpp"

#include "tests/integration/rootfs/web_server.hpp"
#include "tests/reserved_port.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace farboot::test
{

namespace
{

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
    : folder_(std::move(folder)), port_(reserved_port())
{
    std::filesystem::create_directories(folder_);
    auto shipped = read_whole(std::filesystem::path(FARBOOT_NGINX) / file);
    replace(shipped, "    listen [::]:443 ssl;\n", "");
    replace(shipped, "listen 443 ssl", fmt::format("listen 127.0.0.1:{} ssl", port_));
    replace(shipped, "/etc/farboot/", certificate.string() + "/");
    for (const auto& [what, with] : replacements)
        replace(shipped, what, with);
    process_ = start_nginx(folder_, shipped, port_, "root"); // who may look into the test's folder
}

} // namespace farboot::test
