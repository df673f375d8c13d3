#include "rootfs/settings/apply/apply.hpp"

#include <fmt/ranges.h>

namespace farboot::settings
{

Result<void> apply(const Proxy& proxy, Machine& machine)
{
    constexpr std::string_view apt = "/etc/apt/apt.conf.d/80farboot-proxy";
    std::string lines;
    if (!proxy.url.empty()) {
        for (const char* name : {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"})
            lines += fmt::format("{}={}\n", name, proxy.url);
        for (const char* name : {"no_proxy", "NO_PROXY"})
            if (!proxy.except.empty())
                lines += fmt::format("{}={}\n", name, fmt::join(proxy.except, ","));
    }
    if (auto written = machine.write_block("/etc/environment", lines); !written)
        return written;
    if (proxy.url.empty())
        return machine.remove(apt);
    return machine.write(apt,
                         fmt::format("Acquire::http::Proxy \"{0}\";\nAcquire::https::Proxy \"{0}\";\n", proxy.url));
}

} // namespace farboot::settings
