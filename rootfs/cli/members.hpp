#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

/// Members of a server's answer, for text that people read.
namespace farboot::rootfs
{

/// Empty if it is missing or of another type, as is what follows.
[[nodiscard]] inline std::string text_in(const nlohmann::json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// 0.
[[nodiscard]] inline std::uint64_t number_in(const nlohmann::json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

} // namespace farboot::rootfs
