#include "pbl/agent/hardware.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <vector>

namespace farboot::agent
{

namespace
{

constexpr std::size_t max_text = 128;
constexpr std::size_t max_flags = 512;
constexpr std::size_t max_flag = 32;
constexpr std::size_t max_gpus = 16;

bool is_flag_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/// Percent-encoded; printable ASCII only.
std::string encoded(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        const bool plain = is_flag_character(c) || (c >= 'A' && c <= 'Z');
        result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return result;
}

/// A line of firmware, without what is around it and what no text should have.
std::string firmware_text(const System& system, const char* file)
{
    std::string text = system.read_file(file).value_or("");
    std::erase_if(text, [](char c) { return c < 0x20 || c > 0x7e; });
    text.resize(std::min(text.find_last_not_of(' ') + 1, max_text)); // npos + 1 is 0
    return text;
}

/// What stands behind "name" and a colon in a file of /proc.
std::string value_in(const std::string& text, std::string_view name)
{
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const std::string_view line(text.data() + begin, end - begin);
        begin = end + 1;
        const auto colon = line.find(':');
        if (!line.starts_with(name) || colon == std::string_view::npos ||
            line.substr(name.size(), colon - name.size()).find_first_not_of(" \t") != std::string_view::npos)
            continue;
        const auto first = line.find_first_not_of(" \t", colon + 1);
        return first == std::string_view::npos ? std::string() : std::string(line.substr(first));
    }
    return {};
}

std::optional<std::uint64_t> memory_mib(const System& system)
{
    const auto text = value_in(system.read_file("/proc/meminfo").value_or(""), "MemTotal");
    std::uint64_t kib = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), kib);
    return error == std::errc() ? std::optional(kib / 1024) : std::nullopt;
}

std::vector<std::string> cpu_flags(const System& system)
{
    const auto text = value_in(system.read_file("/proc/cpuinfo").value_or(""), "flags");
    std::vector<std::string> flags;
    for (std::size_t begin = 0; begin < text.size() && flags.size() < max_flags;) {
        const auto end = std::min(text.find(' ', begin), text.size());
        const std::string_view flag(text.data() + begin, end - begin);
        begin = end + 1;
        if (!flag.empty() && flag.size() <= max_flag && std::ranges::all_of(flag, is_flag_character))
            flags.emplace_back(flag);
    }
    return flags;
}

/// "0x10de" and a line feed of sysfs as "10de"; empty: it is something else.
std::string pci_number(const System& system, const std::filesystem::path& file)
{
    const auto text = system.read_file(file).value_or("");
    return text.starts_with("0x") ? text.substr(2, text.find('\n') - 2) : std::string();
}

/// Display controllers (class 03 of the PCI Code and ID Assignment Specification), such as "10de:1c82".
std::vector<std::string> gpus(const System& system)
{
    const std::filesystem::path devices = "/sys/bus/pci/devices";
    std::vector<std::string> found;
    for (const auto& name : system.names_in(devices)) {
        if (!pci_number(system, devices / name / "class").starts_with("03") || found.size() >= max_gpus)
            continue;
        auto id = pci_number(system, devices / name / "vendor") + ":" + pci_number(system, devices / name / "device");
        if (std::ranges::find(found, id) == found.end())
            found.push_back(std::move(id));
    }
    return found;
}

} // namespace

nlohmann::json hardware_json(const System& system)
{
    nlohmann::json hardware = nlohmann::json::object();
    for (const auto& [name, file] :
         {std::pair("vendor", "/sys/class/dmi/id/sys_vendor"), std::pair("product", "/sys/class/dmi/id/product_name")})
        if (auto text = firmware_text(system, file); !text.empty())
            hardware[name] = std::move(text);
    if (const auto memory = memory_mib(system))
        hardware["memory_mib"] = *memory;
    if (auto flags = cpu_flags(system); !flags.empty())
        hardware["cpu_flags"] = std::move(flags);
    if (auto cards = gpus(system); !cards.empty())
        hardware["gpus"] = std::move(cards);
    return hardware;
}

std::string hardware_query(const System& system)
{
    const auto hardware = hardware_json(system);
    std::string query;
    for (const auto* name : {"vendor", "product"})
        if (hardware.contains(name))
            query += fmt::format("&{}={}", name, encoded(hardware[name].get<std::string>()));
    if (hardware.contains("memory_mib"))
        query += fmt::format("&memory_mib={}", hardware["memory_mib"].get<std::uint64_t>());
    for (const auto* name : {"cpu_flags", "gpus"})
        if (hardware.contains(name))
            query += fmt::format("&{}={}", name, fmt::join(hardware[name].get<std::vector<std::string>>(), ","));
    return query;
}

std::string dhcp_query(const std::vector<std::string>& facts)
{
    std::string query;
    for (const auto& fact : facts)
        query += "&dhcp=" + encoded(fact);
    return query;
}

} // namespace farboot::agent
