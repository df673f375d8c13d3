#include "rootfs/base/url.hpp"

namespace farboot
{

std::string_view host_of(std::string_view url)
{
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos)
        url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find('/'));
    const auto bracket = url.find(']'); // an IPv6 address has colons of its own
    return url.substr(0, url.find(':', bracket == std::string_view::npos ? 0 : bracket));
}

} // namespace farboot
