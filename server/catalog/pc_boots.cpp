#include "server/catalog/pc_boots.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/pc_logins.hpp"
#include "server/catalog/records.hpp"

#include <algorithm>
#include <cmath>

namespace farboot::catalog
{

using nlohmann::json;

namespace
{

constexpr std::size_t max_stage_name = 40;
constexpr double max_stage_seconds = 1e7;

PcBoot read_boot(const QSqlQuery& row)
{
    PcBoot boot;
    boot.id = number_of(row, "id");
    boot.boot_id = text_of(row, "boot_id");
    boot.begun = time_of(row, "begun");
    boot.record = text_of(row, "record");
    boot.number = number_of(row, "number");
    boot.stages = stages_of(json::parse(text_of(row, "stages"), nullptr, false));
    boot.system_stages = stages_of(json::parse(text_of(row, "system_stages"), nullptr, false));
    if (!row.isNull(QStringLiteral("ended")))
        boot.ended = time_of(row, "ended");
    boot.ending = text_of(row, "ending");
    return boot;
}

void end(Connection& connection, const PcBoot& boot, std::string_view ending, std::chrono::sys_seconds now)
{
    if (!boot.ended)
        connection.run("pc-boot-end", {{":id", value(boot.id)}, {":ending", value(ending)}, {":ended", value(now)}});
}

std::string_view ending_of(PcState before)
{
    switch (before) {
    case PcState::running:
        return "crash";
    case PcState::standby:
        return "power-lost";
    case PcState::booting:
        return "silent";
    case PcState::preboot:
    case PcState::off:
        break;
    }
    return "left";
}

} // namespace

std::vector<PcStage> stages_of(const json& list)
{
    std::vector<PcStage> stages;
    if (!list.is_array())
        return stages;
    for (const auto& row : list) {
        const auto name = row.is_object() ? row.find("name") : row.end();
        const auto seconds = row.is_object() ? row.find("seconds") : row.end();
        if (!row.is_object() || name == row.end() || !name->is_string() || seconds == row.end() ||
            !seconds->is_number())
            continue;
        const auto& text = name->get_ref<const std::string&>();
        const auto time = seconds->get<double>();
        const bool plain = std::ranges::all_of(
            text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
        if (plain && !text.empty() && text.size() <= max_stage_name && time >= 0 && time <= max_stage_seconds &&
            stages.size() < max_pc_stages)
            stages.push_back({text, std::round(time * 1000) / 1000});
    }
    return stages;
}

json to_json(const std::vector<PcStage>& stages)
{
    auto list = json::array();
    for (const auto& stage : stages)
        list.push_back({{"name", stage.name}, {"seconds", stage.seconds}});
    return list;
}

json PcBoot::to_json() const
{
    return {{"begun", iso_time(begun)},
            {"record", record.empty() ? json(nullptr) : json(record)},
            {"number", record.empty() ? json(nullptr) : json(number)},
            {"stages", catalog::to_json(stages)},
            {"system_stages", catalog::to_json(system_stages)},
            {"ended", ended ? json(iso_time(*ended)) : json(nullptr)},
            {"ending", ending.empty() ? json(nullptr) : json(ending)}};
}

void begin_pc_boot(Connection& connection, std::int64_t pc, std::string_view boot_id, PcState before,
                   const std::vector<PcStage>& stages, std::chrono::sys_seconds now)
{
    const auto newest = newest_pc_boot(connection, pc);
    if (!newest || newest->ended || newest->boot_id != boot_id || boot_id.empty()) {
        if (newest)
            end(connection, *newest, ending_of(before), now);
        end_person_at(connection, pc); // whoever sat there
        connection.run("pc-boot-insert", {{":id", value(next_number(connection, "pc-boot"))},
                                          {":pc", value(pc)},
                                          {":boot_id", value(boot_id)},
                                          {":begun", value(now)}});
        connection.run("pc-boot-delete-old", {{":pc", value(pc)}, {":pc2", value(pc)}});
    }
    tell_pc_stages(connection, pc, false, stages);
}

void choose_pc_boot(Connection& connection, std::int64_t pc, const rootfs::RecordHeader& record)
{
    if (const auto boot = newest_pc_boot(connection, pc); boot && !boot->ended)
        connection.run("pc-boot-record", {{":id", value(boot->id)},
                                          {":record", value(record.name.text())},
                                          {":number", value(static_cast<std::int64_t>(record.number))}});
}

void tell_pc_stages(Connection& connection, std::int64_t pc, bool system, const std::vector<PcStage>& stages)
{
    if (const auto boot = newest_pc_boot(connection, pc); boot && !boot->ended && !stages.empty())
        connection.run(system ? "pc-boot-system-stages" : "pc-boot-stages",
                       {{":id", value(boot->id)}, {":stages", value(to_json(stages).dump())}});
}

void end_pc_boot(Connection& connection, std::int64_t pc, std::string_view ending, std::chrono::sys_seconds now)
{
    if (const auto boot = newest_pc_boot(connection, pc))
        end(connection, *boot, ending, now);
    end_person_at(connection, pc);
}

std::optional<PcBoot> newest_pc_boot(Connection& connection, std::int64_t pc)
{
    auto row = connection.run("pc-boot-newest", {{":pc", value(pc)}});
    if (!row.next())
        return std::nullopt;
    return read_boot(row);
}

std::vector<PcBoot> list_pc_boots(Connection& connection, std::int64_t pc)
{
    std::vector<PcBoot> boots;
    for (auto row = connection.run("pc-boot-list", {{":pc", value(pc)}}); row.next();)
        boots.push_back(read_boot(row));
    return boots;
}

} // namespace farboot::catalog
