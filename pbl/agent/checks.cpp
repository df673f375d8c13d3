#include "pbl/agent/checks.hpp"

namespace farboot::agent
{

namespace
{

/// Not for less: the statement's time has whole seconds and an unknown time on the wire.
constexpr auto clock_tolerance = std::chrono::seconds(3);

void set_clock(JobContext& job, std::chrono::sys_seconds time)
{
    const auto difference = job.system.clock() - time;
    if (difference < clock_tolerance && -difference < clock_tolerance)
        return;
    if (const auto set = job.system.set_clock(time); !set)
        job.log.note(set.error().sentence);
}

} // namespace

Result<void> renew_statement(JobContext& job, const Status& base)
{
    const auto statement = retry(job, base, [&]() -> Result<rootfs::Statement> {
        const auto nonce = rootfs::fresh_nonce();
        const auto asked = job.system.now();
        const auto envelope = job.api.statement(nonce, job.trust.knows_time(), job.stop);
        if (!envelope)
            return std::unexpected(envelope.error());
        return job.trust.take_statement(*envelope, nonce, asked);
    });
    if (!statement)
        return std::unexpected(statement.error());
    set_clock(job, statement->time);
    job.log.stage("statement-ok");
    return {};
}

Result<rootfs::VerifiedRecord> fetch_record(JobContext& job, const Status& base, const rootfs::RecordName& name,
                                            const std::string& session)
{
    const bool known = job.trust.has_fresh_statement();
    if (!known)
        if (auto renewed = renew_statement(job, base); !renewed)
            return std::unexpected(renewed.error());
    const auto envelope = retry(job, base, [&] { return job.api.record(name, std::nullopt, true, session, job.stop); });
    if (!envelope)
        return std::unexpected(envelope.error());
    auto opened = job.trust.open(name, *envelope);
    // Somebody may have rolled back, or taken a revocation back, since the statement that is known.
    if (!opened && known && (opened.error().reason == "number-too-low" || opened.error().reason == "revoked")) {
        if (auto renewed = renew_statement(job, base); !renewed)
            return std::unexpected(renewed.error());
        opened = job.trust.open(name, *envelope);
    }
    return opened;
}

} // namespace farboot::agent
