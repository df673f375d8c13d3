#include "server/catalog/jobs.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/locations.hpp"
#include "server/catalog/pcs.hpp"
#include "server/catalog/records.hpp"

namespace farboot::catalog
{

namespace
{

Result<void> check(Connection& connection, const JobWish& wish)
{
    if (wish.action == JobAction::boot && !current_record(connection, *rootfs::RecordName::parse(wish.record)))
        return fail("record-unknown", "No record {} is published: a PC could not start it.", wish.record);
    if (wish.location && !find_location(connection, *wish.location))
        return fail("location-unknown", "There is no location {}.", *wish.location);
    for (const auto id : wish.pcs) {
        const auto pc = find_pc(connection, id);
        if (!pc)
            return fail("pc-unknown", "There is no PC {}.", id);
        if (pc->key.empty())
            return fail("not-enrolled", "PC {} is not enrolled: only PCs whose key has been confirmed take commands.",
                        id);
    }
    return {};
}

} // namespace

Result<Job> create_job(Connection& connection, JobWish wish, std::string_view by, std::chrono::sys_seconds now)
{
    if (auto good = check(connection, wish); !good)
        return std::unexpected(good.error());
    const auto id = next_number(connection, "job");
    connection.run(
        "job-insert",
        {{":id", value(id)}, {":wish", value(wish.stored_json().dump())}, {":made", value(now)}, {":by", value(by)}});
    trim_jobs(connection);
    return *find_job(connection, id);
}

std::optional<Job> find_job(Connection& connection, std::int64_t id)
{
    auto row = connection.run("job", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    return Job::read(row);
}

std::vector<Job> list_jobs(Connection& connection, std::int64_t before, int limit)
{
    std::vector<Job> jobs;
    for (auto row = connection.run("job-list", {{":before", value(before)}, {":limit", value(std::int64_t{limit})}});
         row.next();)
        jobs.push_back(Job::read(row));
    return jobs;
}

Result<Job> cancel_job(Connection& connection, std::int64_t id, std::chrono::sys_seconds now)
{
    const auto job = find_job(connection, id);
    if (!job)
        return fail("not-found", "There is no job {}.", id);
    if (!job->open())
        return fail("job-over", "Job {} has ended already.", id);
    connection.run("job-pc-cancel", {{":now", value(now)}, {":job", value(id)}});
    connection.run("job-end", {{":state", value("cancelled")}, {":ended", value(now)}, {":id", value(id)}});
    return *find_job(connection, id);
}

std::map<std::string, std::int64_t> job_counts(Connection& connection, std::int64_t id)
{
    std::map<std::string, std::int64_t> counts;
    for (auto row = connection.run("job-pc-counts", {{":job", value(id)}}); row.next();)
        counts[text_of(row, "state")] = number_of(row, "pcs");
    return counts;
}

std::vector<JobPc> list_job_pcs(Connection& connection, std::int64_t id, std::int64_t after, int limit)
{
    std::vector<JobPc> parts;
    for (auto row = connection.run(
             "job-pc-list", {{":job", value(id)}, {":after", value(after)}, {":limit", value(std::int64_t{limit})}});
         row.next();)
        parts.push_back({.pc = number_of(row, "pc"),
                         .name = text_of(row, "pc_name"),
                         .mac = text_of(row, "pc_mac"),
                         .state = text_of(row, "state"),
                         .since = time_of(row, "since"),
                         .sentence = text_of(row, "sentence")});
    return parts;
}

void trim_jobs(Connection& connection)
{
    std::vector<std::int64_t> stale;
    for (auto row = connection.run("job-stale", {{":kept", value(std::int64_t{kept_jobs})}}); row.next();)
        stale.push_back(number_of(row, "id"));
    for (const auto id : stale) {
        connection.run("job-pc-delete-of-job", {{":job", value(id)}});
        connection.run("job-delete", {{":id", value(id)}});
    }
}

} // namespace farboot::catalog
