#include "server/rules/hardware.hpp"

#include "server/rules/location.hpp"

#include <algorithm>

namespace farboot::rules
{

namespace
{

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Parsed<std::string> parse_pattern(const nlohmann::json& root, const std::string& name)
{
    const auto found = root.find(name);
    if (found == root.end())
        return std::string();
    const auto length = found->is_string() ? printable_length(found->get_ref<const std::string&>()) : std::nullopt;
    if (!length || *length > max_hardware_text)
        return wrong(name, fmt::format("{} must be a text of at most {} characters, without control characters.", name,
                                       max_hardware_text));
    return found->get<std::string>();
}

Parsed<std::optional<std::uint64_t>> parse_memory(const nlohmann::json& memory, const std::string& name)
{
    const auto found = memory.find(name);
    if (found == memory.end() || found->is_null())
        return std::nullopt;
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > max_memory_mib)
        return wrong("memory_mib." + name, fmt::format("memory_mib.{} must be null or a number of MiB.", name));
    return found->get<std::uint64_t>();
}

std::optional<FieldError> read_memory(const nlohmann::json& root, HardwareClass& into)
{
    const auto memory = root.find("memory_mib");
    if (memory == root.end())
        return std::nullopt;
    if (!memory->is_object())
        return FieldError{"memory_mib", "memory_mib must be an object with min and max."};
    if (auto unknown = unknown_member(*memory, "memory_mib.", {"min", "max"}))
        return unknown;
    const auto min = parse_memory(*memory, "min");
    const auto max = parse_memory(*memory, "max");
    if (!min || !max)
        return min ? max.error() : min.error();
    into.memory_min = *min;
    into.memory_max = *max;
    if (into.memory_min && into.memory_max && *into.memory_min > *into.memory_max)
        return FieldError{"memory_mib", "memory_mib.min must not be above memory_mib.max."};
    return std::nullopt;
}

bool is_pci_number(std::string_view text)
{
    return text.size() == 4 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// `gpu` may be a vendor alone.
bool has_gpu(const Hardware& hardware, std::string_view gpu)
{
    const auto found = hardware.gpus.lower_bound(gpu);
    return found != hardware.gpus.end() && found->starts_with(gpu);
}

nlohmann::json or_null(const std::optional<std::uint64_t>& number)
{
    return number ? nlohmann::json(*number) : nlohmann::json(nullptr);
}

} // namespace

bool fits(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos; // behind the last one seen
    std::size_t taken = 0;                     // where the text goes on behind it
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            taken = t;
        } else if (p < pattern.size() && lower(pattern[p]) == lower(text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star;
            t = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool is_cpu_flag(std::string_view text)
{
    return !text.empty() && text.size() <= max_cpu_flag && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    });
}

bool is_gpu(std::string_view text)
{
    return text.size() == 9 && text[4] == ':' && is_pci_number(text.substr(0, 4)) && is_pci_number(text.substr(5));
}

bool HardwareClass::holds(const Hardware& hardware) const
{
    if (!vendor.empty() && (hardware.vendor.empty() || !fits(vendor, hardware.vendor)))
        return false;
    if (!product.empty() && (hardware.product.empty() || !fits(product, hardware.product)))
        return false;
    if ((memory_min || memory_max) && !hardware.memory_mib)
        return false;
    if ((memory_min && *hardware.memory_mib < *memory_min) || (memory_max && *hardware.memory_mib > *memory_max))
        return false;
    if (!gpus.empty() && std::ranges::none_of(gpus, [&](const std::string& gpu) { return has_gpu(hardware, gpu); }))
        return false;
    return std::ranges::all_of(cpu_flags, [&](const std::string& flag) { return hardware.cpu_flags.contains(flag); });
}

std::string HardwareClass::etag() const
{
    return fmt::format("\"h{}-{}\"", id, version);
}

Parsed<HardwareClass> HardwareClass::parse(std::string_view text)
{
    const auto root = parse_object(text, "hardware class",
                                   {"id", "etag", "name", "vendor", "product", "memory_mib", "cpu_flags", "gpus"});
    if (!root)
        return std::unexpected(root.error());
    HardwareClass result;
    auto name = parse_text(*root, "name", max_name, true);
    if (!name)
        return std::unexpected(name.error());
    result.name = std::move(*name);
    for (auto [member, into] : {std::pair("vendor", &result.vendor), std::pair("product", &result.product)}) {
        auto pattern = parse_pattern(*root, member);
        if (!pattern)
            return std::unexpected(pattern.error());
        *into = std::move(*pattern);
    }
    if (auto error = read_memory(*root, result))
        return std::unexpected(*error);
    auto flags = parse_words(*root, "cpu_flags", max_cpu_flags, max_cpu_flag);
    if (!flags)
        return std::unexpected(flags.error());
    if (!std::ranges::all_of(*flags, is_cpu_flag))
        return wrong("cpu_flags", "cpu_flags must be named as in /proc/cpuinfo, such as avx2.");
    result.cpu_flags = std::move(*flags);
    std::ranges::sort(result.cpu_flags);
    auto gpus = parse_words(*root, "gpus", max_gpus, 9);
    if (!gpus)
        return std::unexpected(gpus.error());
    if (!std::ranges::all_of(*gpus, [](const std::string& gpu) { return is_gpu(gpu) || is_pci_number(gpu); }))
        return wrong("gpus", "gpus must be PCI ids as lspci -n shows them, such as 10de (a vendor) or 10de:1c82.");
    result.gpus = std::move(*gpus);
    std::ranges::sort(result.gpus);
    if (result.vendor.empty() && result.product.empty() && !result.memory_min && !result.memory_max &&
        result.cpu_flags.empty() && result.gpus.empty())
        return wrong("", "A hardware class needs at least one of vendor, product, memory_mib, cpu_flags and gpus.");
    return result;
}

nlohmann::json HardwareClass::to_json() const
{
    return {{"id", id},
            {"name", text_json(name)},
            {"vendor", vendor},
            {"product", product},
            {"memory_mib", {{"min", or_null(memory_min)}, {"max", or_null(memory_max)}}},
            {"cpu_flags", cpu_flags},
            {"gpus", gpus}};
}

} // namespace farboot::rules
