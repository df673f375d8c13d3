#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace farboot::rules
{

/// What parses must come back the same from what it writes.
template <class T>
std::optional<T> parsed(const std::uint8_t* data, std::size_t size)
{
    auto first = T::parse({reinterpret_cast<const char*>(data), size});
    if (!first)
        return std::nullopt;
    const auto second = T::parse(first->to_json().dump());
    if (!second || *second != *first)
        std::abort();
    return std::move(*first);
}

} // namespace farboot::rules
