#include "server/catalog/offering.hpp"

#include <algorithm>

namespace farboot::catalog
{

namespace
{

using nlohmann::json;
using rules::FieldError;
using rules::Parsed;
using rules::wrong;
constexpr std::uint64_t max_memory_mib = 1 << 24;
constexpr std::uint64_t max_cpus = 4096;
constexpr std::size_t max_script_name = 200;
constexpr std::uint64_t max_version = (std::uint64_t{1} << 53) - 1;

Parsed<std::optional<std::uint64_t>> parse_number(const json& object, const std::string& name,
                                                  const std::string& prefix, std::uint64_t most)
{
    const auto found = object.find(name);
    if (found == object.end() || found->is_null())
        return std::nullopt;
    if (!found->is_number_unsigned() || *found == 0 || found->get<std::uint64_t>() > most)
        return wrong(prefix + name, fmt::format("{}{} must be null or a number from 1 to {}.", prefix, name, most));
    return found->get<std::uint64_t>();
}

Parsed<Amount> parse_amount(const json& offering, const std::string& name, std::uint64_t most)
{
    const auto found = offering.find(name);
    if (found == offering.end() || found->is_null())
        return Amount{};
    const auto field = "offering." + name;
    if (!found->is_object())
        return wrong(field, fmt::format("{} must be an object with min and wanted, or min and percent.", field));
    if (auto unknown = rules::unknown_member(*found, field + ".", {"min", "wanted", "percent"}))
        return std::unexpected(std::move(*unknown));
    const auto min = parse_number(*found, "min", field + ".", most);
    const auto wanted = parse_number(*found, "wanted", field + ".", most);
    const auto percent = parse_number(*found, "percent", field + ".", 100);
    for (const auto* number : {&min, &wanted, &percent})
        if (!*number)
            return std::unexpected(number->error());
    if (*wanted && *percent)
        return wrong(field + ".percent", fmt::format("{} has either wanted or percent, not both.", field));
    if (*wanted && *min && **min > **wanted)
        return wrong(field + ".min", fmt::format("{}.min must not be above {}.wanted.", field, field));
    return Amount{*min, *wanted, *percent};
}

Parsed<std::string> parse_choice(const json& offering, const std::string& name, const std::string& fallback,
                                 std::initializer_list<std::string_view> choices)
{
    const auto found = offering.find(name);
    if (found == offering.end())
        return fallback;
    if (!found->is_string() || std::ranges::find(choices, found->get_ref<const std::string&>()) == choices.end())
        return wrong("offering." + name,
                     fmt::format("offering.{} must be one of: {}.", name, fmt::join(choices, ", ")));
    return found->get<std::string>();
}

std::optional<FieldError> read_flags(const json& offering, Offering& into)
{
    for (auto [name, flag] : {std::pair("sound", &into.sound), std::pair("usb", &into.usb),
                              std::pair("clipboard", &into.clipboard), std::pair("exam", &into.exam)}) {
        const auto found = offering.find(name);
        if (found == offering.end())
            continue;
        if (!found->is_boolean())
            return FieldError{fmt::format("offering.{}", name),
                              fmt::format("offering.{} must be true or false.", name)};
        *flag = found->get<bool>();
    }
    return std::nullopt;
}

Parsed<std::string> parse_script_text(const json& script)
{
    const auto found = script.find("text");
    const auto* text = found != script.end() && found->is_string() ? &found->get_ref<const std::string&>() : nullptr;
    if (!text || text->empty() || text->size() > max_script_bytes || text->find('\0') != std::string::npos)
        return wrong("offering.script.text",
                     fmt::format("offering.script.text must be a text of 1 to {} bytes.", max_script_bytes));
    return *text;
}

Parsed<std::optional<Script>> parse_script(const json& offering)
{
    const auto found = offering.find("script");
    if (found == offering.end() || found->is_null())
        return std::nullopt;
    if (!found->is_object())
        return wrong("offering.script", "offering.script must be null, or an object with name, interpreter and text.");
    if (auto unknown = rules::unknown_member(*found, "offering.script.", {"name", "interpreter", "text"}))
        return std::unexpected(std::move(*unknown));
    Script script;
    const auto name = found->value("name", json(""));
    const auto length = name.is_string() ? rules::printable_length(name.get_ref<const std::string&>()) : std::nullopt;
    if (!length || *length > max_script_name)
        return wrong("offering.script.name",
                     fmt::format("offering.script.name must be a text of at most {} characters.", max_script_name));
    script.name = name.get<std::string>();
    const auto interpreter = found->value("interpreter", json("sh"));
    if (interpreter != "sh" && interpreter != "powershell" && interpreter != "cmd")
        return wrong("offering.script.interpreter", "offering.script.interpreter must be sh, powershell or cmd.");
    script.interpreter = interpreter.get<std::string>();
    auto text = parse_script_text(*found);
    if (!text)
        return std::unexpected(text.error());
    script.text = std::move(*text);
    return script;
}

json script_json(const std::optional<Script>& script)
{
    if (!script)
        return nullptr;
    return {{"name", script->name}, {"interpreter", script->interpreter}, {"text", script->text}};
}

json or_null(const std::optional<std::uint64_t>& number)
{
    return number ? json(*number) : json(nullptr);
}

json amount_json(const Amount& amount)
{
    return {{"min", or_null(amount.min)}, {"wanted", or_null(amount.wanted)}, {"percent", or_null(amount.percent)}};
}

} // namespace

Parsed<Offering> Offering::parse(const json& entry)
{
    Offering offering;
    const auto found = entry.find("offering");
    if (found == entry.end() || found->is_null())
        return offering;
    if (!found->is_object())
        return wrong("offering", "offering must be an object.");
    if (auto unknown = rules::unknown_member(
            *found, "offering.",
            {"version", "memory_mib", "cpus", "network", "sound", "usb", "clipboard", "home", "exam", "script"}))
        return std::unexpected(std::move(*unknown));
    const auto version = parse_number(*found, "version", "offering.", max_version);
    const auto memory = parse_amount(*found, "memory_mib", max_memory_mib);
    const auto cpus = parse_amount(*found, "cpus", max_cpus);
    auto network = parse_choice(*found, "network", offering.network, {"user", "none"});
    auto home = parse_choice(*found, "home", offering.home, {"none", "read", "write"});
    if (!version)
        return std::unexpected(version.error());
    for (const auto* amount : {&memory, &cpus})
        if (!*amount)
            return std::unexpected(amount->error());
    for (const auto* choice : {&network, &home})
        if (!*choice)
            return std::unexpected(choice->error());
    if (auto bad = read_flags(*found, offering))
        return std::unexpected(std::move(*bad));
    auto script = parse_script(*found);
    if (!script)
        return std::unexpected(script.error());
    offering.script = std::move(*script);
    offering.version = *version;
    offering.memory_mib = *memory;
    offering.cpus = *cpus;
    offering.network = std::move(*network);
    offering.home = std::move(*home);
    return offering;
}

json Offering::to_json() const
{
    return {{"version", or_null(version)},
            {"memory_mib", amount_json(memory_mib)},
            {"cpus", amount_json(cpus)},
            {"network", network},
            {"sound", sound},
            {"usb", usb},
            {"clipboard", clipboard},
            {"home", home},
            {"exam", exam},
            {"script", script_json(script)}};
}

} // namespace farboot::catalog
