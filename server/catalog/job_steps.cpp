#include "server/catalog/job_steps.hpp"

#include "server/catalog/pc_boots.hpp"

namespace farboot::catalog
{

namespace
{

/// The part of a PC that a job calls for.
struct Part {
    std::int64_t job = 0;
    std::int64_t pc = 0;
    std::string state;
    JobWish wish;
};

std::optional<Part> active_part(Connection& connection, std::int64_t pc)
{
    auto row = connection.run("job-pc-active", {{":pc", value(pc)}});
    if (!row.next())
        return std::nullopt;
    return Part{number_of(row, "job"), pc, text_of(row, "state"), read_wish(row)};
}

void set_state(Connection& connection, const Part& part, std::string_view state, std::string_view sentence,
               std::chrono::sys_seconds now)
{
    connection.run("job-pc-set", {{":state", value(state)},
                                  {":since", value(now)},
                                  {":sentence", value(sentence)},
                                  {":job", value(part.job)},
                                  {":pc", value(part.pc)}});
}

PcCommand tell(Connection& connection, const Part& part, std::string_view action, std::chrono::sys_seconds now)
{
    return give_pc_command(connection, part.pc, action, action == "boot" ? part.wish.record : "",
                           fmt::format("job {}", part.job), now);
}

std::optional<PcCommand> done(Connection& connection, const Part& part, std::string_view sentence,
                              std::chrono::sys_seconds now)
{
    set_state(connection, part, "done", sentence, now);
    if (!part.wish.then_off)
        return std::nullopt;
    return tell(connection, part, "power-off", now);
}

/// It has not been told yet.
std::optional<PcCommand> called(Connection& connection, const Part& part, const PcSession& session, const Heard& heard,
                                std::chrono::sys_seconds now)
{
    const auto action = part.wish.action;
    if (action == JobAction::wake)
        return done(connection, part, "", now);
    const bool in_system = session.kind == PcSessionKind::system;
    if (in_system && heard.used && !part.wish.interrupt) {
        set_state(connection, part, "skipped", "Somebody works at it, and this job interrupts nobody.", now);
        return std::nullopt;
    }
    const bool must_end = in_system && action == JobAction::boot;
    set_state(connection, part, must_end ? "ending" : "told", "", now);
    if (action == JobAction::power_off)
        return tell(connection, part, "power-off", now);
    return tell(connection, part, action == JobAction::reboot || must_end ? "reboot" : "boot", now);
}

/// It has got its command.
std::optional<PcCommand> told(Connection& connection, const Part& part, const PcSession& session, const Heard& heard,
                              std::chrono::sys_seconds now)
{
    const auto action = part.wish.action;
    if (action == JobAction::reboot && heard.hello)
        return done(connection, part, "", now);
    if (action != JobAction::boot)
        return std::nullopt;
    if (heard.hello) {
        set_state(connection, part, "failed", "It came up again without having started the system.", now);
        return std::nullopt;
    }
    const auto boot = session.kind == PcSessionKind::system ? newest_pc_boot(connection, part.pc) : std::nullopt;
    if (!boot || boot->record != part.wish.record)
        return std::nullopt;
    if (!part.wish.finish)
        return done(connection, part, "", now);
    set_state(connection, part, "started", "", now);
    return std::nullopt;
}

} // namespace

std::optional<PcCommand> next_of_job(Connection& connection, const PcSession& session, const Heard& heard,
                                     std::chrono::sys_seconds now)
{
    if (!session.enrolled)
        return std::nullopt;
    const auto part = active_part(connection, session.pc);
    if (!part)
        return std::nullopt;
    if (part->state == "called")
        return called(connection, *part, session, heard, now);
    if (part->state == "told")
        return told(connection, *part, session, heard, now);
    if (part->state == "ending" && session.kind == PcSessionKind::preboot) {
        set_state(connection, *part, "told", "", now);
        return tell(connection, *part, "boot", now);
    }
    if (part->state == "started" && heard.hello)
        set_state(connection, *part, "failed", "It came up again before its system had said that it has finished.",
                  now);
    return std::nullopt;
}

void pc_leaves_job(Connection& connection, std::int64_t pc, std::string_view ending, std::chrono::sys_seconds now)
{
    const auto part = active_part(connection, pc);
    if (!part || ending != "power-off")
        return;
    if (part->wish.action == JobAction::power_off)
        static_cast<void>(done(connection, *part, "", now));
    else if (part->state == "started")
        set_state(connection, *part, "failed", "It went off before its system had said that it has finished.", now);
}

std::optional<PcCommand> finish_job_part(Connection& connection, const PcSession& session, bool failed,
                                         std::string_view sentence, std::chrono::sys_seconds now)
{
    const auto part = session.enrolled ? active_part(connection, session.pc) : std::nullopt;
    if (!part || part->wish.action != JobAction::boot || (part->state != "told" && part->state != "started"))
        return std::nullopt;
    const auto kept = kept_outcome(sentence);
    if (!failed)
        return done(connection, *part, kept, now);
    set_state(connection, *part, "failed", kept, now);
    if (!part->wish.then_off)
        return std::nullopt;
    return tell(connection, *part, "power-off", now);
}

std::optional<JobBriefing> job_briefing(Connection& connection, const PcSession& session)
{
    if (!session.enrolled || session.kind != PcSessionKind::system)
        return std::nullopt;
    auto part = active_part(connection, session.pc);
    const auto boot = newest_pc_boot(connection, session.pc);
    if (!part || !boot || part->wish.action != JobAction::boot || boot->record != part->wish.record)
        return std::nullopt;
    JobBriefing briefing{part->job, std::move(part->wish.parameters)};
    briefing.parameters.merge(part->wish.secrets);
    return briefing;
}

} // namespace farboot::catalog
