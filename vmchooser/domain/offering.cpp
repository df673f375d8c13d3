#include "vmchooser/domain/offering.hpp"

#include <nlohmann/json.hpp>

namespace farboot::vmchooser
{
namespace
{

using Json = nlohmann::json;

constexpr std::uint64_t most = std::uint64_t{1} << 53;

/// The member, or null where it is not there.
const Json& member(const Json& object, const char* name)
{
    static const Json null;
    const auto found = object.find(name);
    return found == object.end() ? null : *found;
}

std::unexpected<Error> wrong(const char* name)
{
    return fail("menu-malformed", "An offering of the server's menu has a wrong \"{}\".", name);
}

Result<std::optional<std::uint64_t>> number(const Json& object, const char* name, std::uint64_t highest)
{
    const auto& value = member(object, name);
    if (value.is_null())
        return std::nullopt;
    if (!value.is_number_unsigned() || value == 0 || value > highest)
        return wrong(name);
    return value.get<std::uint64_t>();
}

Result<Amount> amount(const Json& object, const char* name)
{
    const auto& value = member(object, name);
    if (value.is_null())
        return Amount{};
    if (!value.is_object())
        return wrong(name);
    const auto min = number(value, "min", most);
    const auto wanted = number(value, "wanted", most);
    const auto percent = number(value, "percent", 100);
    if (!min || !wanted || !percent)
        return wrong(name);
    return Amount{*min, *wanted, *percent};
}

/// False where it is no boolean.
bool take(const Json& object, const char* name, bool& into)
{
    const auto& value = member(object, name);
    if (value.is_boolean())
        into = value.get<bool>();
    return value.is_boolean() || value.is_null();
}

std::string text_in(const Json& object, const char* name)
{
    const auto& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

Result<std::optional<Script>> read_script(const Json& offering)
{
    constexpr std::size_t longest = 64 << 10;
    const auto& value = member(offering, "script");
    if (value.is_null())
        return std::nullopt;
    if (!value.is_object() || text_in(value, "text").empty() || text_in(value, "text").size() > longest)
        return wrong("script");
    const auto interpreter = text_in(value, "interpreter");
    const auto* file = interpreter == "sh"           ? "script.sh"
                       : interpreter == "powershell" ? "script.ps1"
                       : interpreter == "cmd"        ? "script.cmd"
                                                     : nullptr;
    if (file == nullptr)
        return std::nullopt; // a later server's: no guest of ours would know what to do with it
    return Script{text_in(value, "name").substr(0, 800), file, text_in(value, "text")};
}

} // namespace

Result<Offering> Offering::parse(const Json& value)
{
    Offering offering;
    if (value.is_null())
        return offering;
    if (!value.is_object())
        return wrong("offering");
    const auto version = number(value, "version", most);
    const auto memory = amount(value, "memory_mib");
    const auto cpus = amount(value, "cpus");
    if (!version || !memory || !cpus)
        return std::unexpected(!version ? version.error() : !memory ? memory.error() : cpus.error());
    offering.version = *version;
    offering.memory_mib = *memory;
    offering.cpus = *cpus;
    for (auto [name, into] : {std::pair("sound", &offering.sound), std::pair("usb", &offering.usb),
                              std::pair("clipboard", &offering.clipboard), std::pair("exam", &offering.exam)})
        if (!take(value, name, *into))
            return wrong(name);
    // What this program does not know is less than what it knows: a later server's choices open nothing here.
    const auto& network = member(value, "network");
    auto script = read_script(value);
    if (!script)
        return std::unexpected(script.error());
    offering.script = std::move(*script);
    offering.network = network.is_null() || network == "user";
    const auto& home = member(value, "home");
    offering.home = home == "read" ? HomeShare::read : home == "write" ? HomeShare::write : HomeShare::none;
    return offering;
}

} // namespace farboot::vmchooser
