#include "rootfs/cli/pc_text.hpp"

#include "rootfs/cli/members.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace farboot::rootfs
{

namespace
{

using nlohmann::json;

json member(const json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? *found : json();
}

std::string name_of(const json& pc)
{
    for (const char* sign : {"name", "uuid", "mac"})
        if (auto text = text_in(pc, sign); !text.empty())
            return text;
    return {};
}

/// Of the key that waits to be confirmed; empty: none does.
std::string waiting_code(const json& pc)
{
    const auto code = text_in(member(pc, "asking"), "code");
    return code == text_in(member(pc, "key"), "code") ? "" : code;
}

std::string key_word(const json& pc)
{
    if (!waiting_code(pc).empty())
        return member(pc, "key").is_object() ? "other" : "waiting";
    return member(pc, "key").is_object() ? "confirmed" : "none";
}

std::string place_of(const json& pc)
{
    return text_in(member(member(pc, "location"), "name"), "en");
}

std::string record_of(const json& object)
{
    const auto record = text_in(object, "record");
    return record.empty() ? "" : fmt::format("{} {}", record, number_in(object, "number"));
}

std::string joined(const std::vector<std::string>& lines)
{
    return fmt::format("{}", fmt::join(lines, "\n"));
}

} // namespace

std::string pc_line(const json& pc)
{
    const auto code = waiting_code(pc);
    const auto place = place_of(pc);
    const auto runs = record_of(member(pc, "runs"));
    return fmt::format("{:>6}  {:<7}  {:<9}  {}{}{}{}", number_in(pc, "id"), text_in(pc, "state"), key_word(pc),
                       name_of(pc), place.empty() ? "" : fmt::format("  ({})", place), runs.empty() ? "" : "  " + runs,
                       code.empty() ? "" : "  " + code);
}

std::string pc_text(const json& pc)
{
    std::vector<std::string> lines;
    const auto add = [&](std::string_view label, const std::string& text) {
        if (!text.empty())
            lines.push_back(fmt::format("{:<10} {}", label, text));
    };
    const auto hardware = member(pc, "hardware");
    const auto memory = number_in(hardware, "memory_mib");
    const auto key = member(pc, "key");
    const auto asking = member(pc, "asking");
    add("number", fmt::format("{}", number_in(pc, "id")));
    add("name", text_in(pc, "name"));
    add("uuid", text_in(pc, "uuid"));
    add("mac", text_in(pc, "mac"));
    add("address", text_in(pc, "address"));
    add("location", place_of(pc));
    add("vendor", text_in(hardware, "vendor"));
    add("product", text_in(hardware, "product"));
    add("memory", memory == 0 ? "" : fmt::format("{} MiB", memory));
    for (const auto& gpu : member(hardware, "gpus"))
        add("graphics", gpu.is_string() ? gpu.get<std::string>() : "");
    for (const auto& fact : member(pc, "dhcp"))
        add("dhcp", fact.is_string() ? fact.get<std::string>() : "");
    add("state", fmt::format("{} since {}", text_in(pc, "state"), text_in(pc, "state_since")));
    add("runs", record_of(member(pc, "runs")));
    add("seen", text_in(pc, "seen"));
    add("created", text_in(pc, "created"));
    if (key.is_object())
        add("key", fmt::format("{} ({}), confirmed {} by {}", text_in(key, "code"), text_in(key, "kept"),
                               text_in(key, "confirmed"), text_in(key, "by")));
    if (!waiting_code(pc).empty())
        add("waits", fmt::format("{} ({}), since {}", text_in(asking, "code"), text_in(asking, "kept"),
                                 text_in(asking, "since")));
    return joined(lines);
}

std::string pc_starts_text(const json& answer)
{
    std::vector<std::string> lines;
    const auto boots = member(answer, "boots");
    for (const auto& boot : boots) {
        const auto record = record_of(boot);
        const auto ending = text_in(boot, "ending");
        lines.push_back(fmt::format("{}  {}{}", text_in(boot, "begun"), record.empty() ? "" : record + "  ",
                                    ending.empty() ? "goes on" : ending));
        for (const auto& [part, label] : {std::pair("stages", "preboot"), {"system_stages", "system"}}) {
            std::string told;
            const auto stages = member(boot, part);
            for (const auto& stage : stages)
                if (const auto seconds = member(stage, "seconds"); seconds.is_number())
                    told += fmt::format("  {} {:.1f}", text_in(stage, "name"), seconds.get<double>());
            if (!told.empty())
                lines.push_back(fmt::format("    {:<7}{}", label, told));
        }
    }
    return joined(lines);
}

std::string pc_commands_text(const json& answer)
{
    std::vector<std::string> lines;
    const auto commands = member(answer, "commands");
    for (const auto& command : commands) {
        const auto record = text_in(command, "record");
        const auto outcome = text_in(command, "outcome");
        const auto* unheard = text_in(command, "taken").empty() ? "not fetched yet" : "fetched";
        lines.push_back(fmt::format("{:>6}  {}  {}{}  by {}: {}", number_in(command, "id"), text_in(command, "made"),
                                    text_in(command, "action"), record.empty() ? "" : " " + record,
                                    text_in(command, "by"), outcome.empty() ? unheard : outcome));
    }
    return joined(lines);
}

} // namespace farboot::rootfs
