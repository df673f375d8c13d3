#pragma once

#include <string_view>

namespace farboot
{

/// The host of an absolute URL without a user: "boot.example.org" of "https://boot.example.org:8443/store"; an IPv6
/// address keeps its brackets. Part of `url`.
[[nodiscard]] std::string_view host_of(std::string_view url);

} // namespace farboot
