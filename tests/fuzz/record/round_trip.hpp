#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace farboot::rootfs
{

inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

/// What parses must come back the same from what it writes.
template <class T>
void check_round_trip(std::string_view text)
{
    auto first = T::parse(text);
    if (!first)
        return;
    auto second = T::parse(first->to_json());
    if (!second || *second != *first)
        std::abort();
}

} // namespace farboot::rootfs
