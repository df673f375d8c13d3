#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// A reader's answer to `status` in Prometheus' text exposition format, version 0.0.4. Every sample has the label
/// `socket`, so that the files of several readers of one machine can lie side by side. What the answer does not have
/// is left out. Throws nlohmann's exceptions when the answer is not a reader's.
[[nodiscard]] std::string to_prometheus(const nlohmann::json& status, std::string_view socket);

} // namespace farboot::rootfs
