#pragma once

#include "server/rules/fields.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rules
{

inline constexpr std::size_t max_hardware_text = 128; ///< characters of vendor and product
inline constexpr std::size_t max_cpu_flags = 512;     ///< of a PC
inline constexpr std::size_t max_cpu_flag = 32;       ///< characters of one
inline constexpr std::size_t max_gpus = 16;           ///< of a PC, and of a class
inline constexpr std::size_t max_hardware_classes = 500;
inline constexpr std::uint64_t max_memory_mib = 1ULL << 30;

/// What a PC says of itself. It chooses what is shown, and is no proof of anything.
struct Hardware {
    std::string vendor;
    std::string product;
    std::optional<std::uint64_t> memory_mib;
    std::set<std::string, std::less<>> cpu_flags;
    std::set<std::string, std::less<>> gpus{}; ///< PCI ids, "10de:1c82"
};

/// True if `pattern`, in which "*" stands for anything, is the whole text. ASCII letters are compared without case.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view text);

/// PCs of a kind. Every condition that is there must hold, and at least one is there.
struct HardwareClass {
    std::int64_t id = 0;
    Text name;
    std::string vendor;                      ///< a pattern; empty: any
    std::string product;                     ///< a pattern; empty: any
    std::optional<std::uint64_t> memory_min; ///< MiB; firmware keeps some for itself: ask for less than is built in
    std::optional<std::uint64_t> memory_max;
    std::vector<std::string> cpu_flags; ///< as in /proc/cpuinfo, all needed, sorted
    std::vector<std::string> gpus{};    ///< PCI ids of vendors, or of vendors and devices; one is needed; sorted
    std::int64_t version = 0;

    bool operator==(const HardwareClass&) const = default;
    /// A condition on what a PC has not said does not hold.
    [[nodiscard]] bool holds(const Hardware& hardware) const;
    [[nodiscard]] std::string etag() const;
    [[nodiscard]] static Parsed<HardwareClass> parse(std::string_view json);
    [[nodiscard]] nlohmann::json to_json() const;
};

/// Vendor and device of PCI, "10de:1c82".
[[nodiscard]] bool is_gpu(std::string_view text);
/// a-z 0-9 _ . -
[[nodiscard]] bool is_cpu_flag(std::string_view text);

} // namespace farboot::rules
