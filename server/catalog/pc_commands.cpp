#include "server/catalog/pc_commands.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/records.hpp"

#include <algorithm>
#include <array>

namespace farboot::catalog
{

using nlohmann::json;

namespace
{

constexpr std::array<std::string_view, 4> actions{"reboot", "kexec-reboot", "power-off", "boot"};

PcCommand read_command(const QSqlQuery& row)
{
    PcCommand command;
    command.id = number_of(row, "id");
    command.action = text_of(row, "action");
    command.record = text_of(row, "record");
    command.made = time_of(row, "made");
    command.made_by = text_of(row, "made_by");
    if (!row.isNull(QStringLiteral("taken")))
        command.taken = time_of(row, "taken");
    command.outcome = text_of(row, "outcome");
    return command;
}

PcCommand insert(Connection& connection, std::int64_t pc, std::string_view action, std::string_view record,
                 std::string_view by, std::chrono::sys_seconds now)
{
    PcCommand command;
    command.id = next_number(connection, "pc-command");
    command.action = action;
    command.record = record;
    command.made = now;
    command.made_by = by;
    connection.run("pc-command-insert", {{":id", value(command.id)},
                                         {":pc", value(pc)},
                                         {":action", value(command.action)},
                                         {":record", value(command.record)},
                                         {":made", value(now)},
                                         {":by", value(by)}});
    connection.run("pc-command-delete-old", {{":pc", value(pc)}, {":pc2", value(pc)}});
    return command;
}

void take(Connection& connection, PcCommand& command, std::chrono::sys_seconds now)
{
    command.taken = now;
    connection.run("pc-command-taken", {{":id", value(command.id)}, {":taken", value(now)}});
}

} // namespace

json PcCommand::to_json() const
{
    return {{"id", id},
            {"action", action},
            {"record", record.empty() ? json(nullptr) : json(record)},
            {"made", iso_time(made)},
            {"by", made_by},
            {"taken", taken ? json(iso_time(*taken)) : json(nullptr)},
            {"outcome", outcome.empty() ? json(nullptr) : json(outcome)}};
}

Result<PcCommand> command_pc(Connection& connection, std::int64_t pc, std::string_view action, std::string_view record,
                             std::string_view by, std::chrono::sys_seconds now)
{
    if (std::ranges::find(actions, action) == actions.end())
        return fail("action-unknown", "A PC can be told to {}, not \"{}\".", fmt::join(actions, ", "),
                    action.substr(0, 64));
    const auto name = rootfs::RecordName::parse(record);
    const bool named = action == "boot" || (action == "kexec-reboot" && !record.empty());
    if (named && (!name || name->type != "boot" || !current_record(connection, *name)))
        return fail("record-unknown",
                    "\"{}\" needs the name of a published boot record, such as boot/debian, not "
                    "\"{}\".",
                    action, record.substr(0, 128));
    const auto found = find_pc(connection, pc);
    if (!found)
        return fail("not-found", "There is no PC {}: it may have been removed meanwhile.", pc);
    if (found->key.empty())
        return fail("not-enrolled", "PC {} is not enrolled: only PCs whose key has been confirmed take commands.", pc);
    connection.run("pc-command-replace", {{":pc", value(pc)}});
    return insert(connection, pc, action, named ? record : "", by, now);
}

PcCommand give_pc_command(Connection& connection, std::int64_t pc, std::string_view action, std::string_view record,
                          std::string_view by, std::chrono::sys_seconds now)
{
    auto command = insert(connection, pc, action, record, by, now);
    take(connection, command, now);
    return command;
}

std::optional<PcCommand> take_pc_command(Connection& connection, const PcSession& session, std::chrono::sys_seconds now)
{
    if (!session.enrolled)
        return std::nullopt;
    auto row = connection.run("pc-command-waiting", {{":pc", value(session.pc)}});
    if (!row.next())
        return std::nullopt;
    auto command = read_command(row);
    row.finish();
    if (command.action == "boot" && session.kind != PcSessionKind::preboot)
        return std::nullopt;
    take(connection, command, now);
    // The preboot system has the firmware behind it, and starts whatever its menu says next.
    if (command.action == "kexec-reboot" && session.kind == PcSessionKind::preboot)
        command.action = command.record.empty() ? "reboot" : "boot";
    return command;
}

std::vector<PcCommand> list_pc_commands(Connection& connection, std::int64_t pc)
{
    std::vector<PcCommand> commands;
    for (auto row = connection.run("pc-command-list", {{":pc", value(pc)}}); row.next();)
        commands.push_back(read_command(row));
    return commands;
}

std::string_view kept_outcome(std::string_view text)
{
    const auto length = rules::printable_length(text);
    return length && *length <= 200 ? text : "?";
}

void tell_pc_outcome(Connection& connection, std::int64_t pc, std::int64_t command, std::string_view outcome)
{
    connection.run("pc-command-outcome",
                   {{":id", value(command)}, {":pc", value(pc)}, {":outcome", value(kept_outcome(outcome))}});
}

} // namespace farboot::catalog
