#include "server/catalog/job_clock.hpp"

#include "server/base/lasting.hpp"
#include "server/catalog/pcs.hpp"

namespace farboot::catalog
{

namespace
{

constexpr int page = 1000; ///< PCs that are looked at with one statement

/// Enrolled PCs of a location, when the job begins.
std::vector<std::int64_t> pcs_at(Connection& connection, const IsAt& is_at, std::int64_t location)
{
    std::vector<std::int64_t> found;
    std::int64_t after = 0;
    while (true) {
        const auto pcs = list_pcs(connection, {.after = after, .limit = page});
        for (const auto& pc : pcs)
            if (!pc.key.empty() && is_at(pc, location))
                found.push_back(pc.id);
        if (pcs.size() < static_cast<std::size_t>(page))
            return found;
        after = pcs.back().id;
    }
}

void begin(Connection& connection, const Job& job, const IsAt& is_at, const Chance& chance,
           std::chrono::sys_seconds now)
{
    auto pcs = job.wish.location ? pcs_at(connection, is_at, *job.wish.location) : job.wish.pcs;
    for (const auto pc : pcs) {
        if (!find_pc(connection, pc)) // removed since the job was planned
            continue;
        connection.run("job-pc-insert", {{":job", value(job.id)},
                                         {":pc", value(pc)},
                                         {":since", value(now)},
                                         {":turn", value(now + std::chrono::seconds(chance(job.wish.spread)))}});
    }
    connection.run("job-begin", {{":begun", value(now)}, {":id", value(job.id)}});
}

void end_late(Connection& connection, const Job& job, const char* state, std::int64_t seconds, const char* late,
              std::string_view sentence, std::chrono::sys_seconds now)
{
    connection.run("job-pc-late", {{":late", value(late)},
                                   {":now", value(now)},
                                   {":sentence", value(sentence)},
                                   {":job", value(job.id)},
                                   {":state", value(state)},
                                   {":limit", value(now - std::chrono::seconds(seconds))}});
}

/// What a clock that was ahead has left behind would wait until it is so late again.
void mend_ahead(Connection& connection, const Job& job, std::chrono::sys_seconds now)
{
    const auto latest = server::latest_end(now, std::chrono::seconds(0));
    const auto last_turn = server::latest_end(now, std::chrono::seconds(job.wish.spread));
    connection.run("job-pc-ahead-since", {{":now", value(now)}, {":job", value(job.id)}, {":latest", value(latest)}});
    connection.run("job-pc-ahead-turn", {{":now", value(now)}, {":job", value(job.id)}, {":latest", value(last_turn)}});
    connection.run("job-pc-ahead-woken", {{":job", value(job.id)}, {":latest", value(latest)}});
}

void end_late_parts(Connection& connection, const Job& job, std::chrono::sys_seconds now)
{
    const auto& wish = job.wish;
    end_late(connection, job, "called", wish.patience, "missed", "It did not answer in time.", now);
    end_late(connection, job, "ending", wish.patience, "failed", "Its system did not end in time.", now);
    end_late(connection, job, "told", wish.patience, "failed", "It was told, and did not do it in time.", now);
    end_late(connection, job, "started", wish.longest, "failed", "Its system did not finish in time.", now);
}

std::int64_t count(const std::map<std::string, std::int64_t>& counts, std::initializer_list<const char*> states)
{
    std::int64_t sum = 0;
    for (const auto* state : states)
        if (const auto found = counts.find(state); found != counts.end())
            sum += found->second;
    return sum;
}

void call(Connection& connection, const Job& job, std::int64_t pc, std::chrono::sys_seconds now)
{
    const auto found = find_pc(connection, pc);
    if (job.wish.action == JobAction::power_off && found && found->state == PcState::off) {
        connection.run("job-pc-set", {{":state", value("done")},
                                      {":since", value(now)},
                                      {":sentence", value("It was off.")},
                                      {":job", value(job.id)},
                                      {":pc", value(pc)}});
        return;
    }
    connection.run("job-pc-call",
                   {{":since", value(now)}, {":called", value(now)}, {":job", value(job.id)}, {":pc", value(pc)}});
}

/// Whose turn has come, as many as may be at it together.
void call_next(Connection& connection, const Job& job, std::chrono::sys_seconds now)
{
    const auto busy = count(job_counts(connection, job.id), {"called", "ending", "told", "started"});
    std::vector<std::int64_t> next;
    for (auto row =
             connection.run("job-pc-due", {{":job", value(job.id)},
                                           {":now", value(now)},
                                           {":limit", value(std::max<std::int64_t>(0, job.wish.at_once - busy))}});
         row.next();)
        next.push_back(number_of(row, "pc"));
    for (const auto pc : next)
        call(connection, job, pc, now);
}

void wake(Connection& connection, const Job& job, std::chrono::sys_seconds now, std::vector<Pc>& into)
{
    if (!job.wish.wake || job.wish.action == JobAction::power_off)
        return;
    std::vector<Pc> asleep;
    for (auto row =
             connection.run("job-pc-asleep", {{":job", value(job.id)},
                                              {":latest", value(server::latest_end(now, std::chrono::seconds(0)))}});
         row.next();)
        if (time_of(row, "woken") <= now - wake_every)
            asleep.push_back(Pc::read(row));
    for (auto& pc : asleep) {
        connection.run("job-pc-woken", {{":woken", value(now)}, {":job", value(job.id)}, {":pc", value(pc.id)}});
        into.push_back(std::move(pc));
    }
}

} // namespace

bool jobs_open(Connection& connection)
{
    return connection.run("job-open").next();
}

std::vector<Pc> advance_jobs(Connection& connection, const IsAt& is_at, const Chance& chance,
                             std::chrono::sys_seconds now)
{
    std::vector<Job> jobs;
    for (auto row = connection.run("job-open"); row.next();)
        jobs.push_back(Job::read(row));
    std::vector<Pc> asleep;
    for (const auto& job : jobs) {
        if (job.state == "planned") {
            if (job.wish.at && *job.wish.at > now)
                continue;
            begin(connection, job, is_at, chance, now);
        }
        mend_ahead(connection, job, now);
        end_late_parts(connection, job, now);
        call_next(connection, job, now);
        wake(connection, job, now, asleep);
        if (count(job_counts(connection, job.id), {"waiting", "called", "ending", "told", "started"}) == 0)
            connection.run("job-end", {{":state", value("done")}, {":ended", value(now)}, {":id", value(job.id)}});
    }
    return asleep;
}

void give_jobs_time(Connection& connection, std::chrono::sys_seconds now)
{
    connection.run("job-pc-give-time", {{":now", value(now)}});
}

std::vector<Pc> awaited_pcs(Connection& connection)
{
    std::vector<Pc> pcs;
    for (auto row = connection.run("job-pc-awaited"); row.next();)
        pcs.push_back(Pc::read(row));
    return pcs;
}

} // namespace farboot::catalog
