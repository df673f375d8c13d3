#include "pbl/agent/trust.hpp"

namespace farboot::agent
{

namespace
{

/// A statement is good for ten minutes; one that a boot starts with has to last until its record is there.
constexpr auto renew_after = std::chrono::minutes(8);

} // namespace

Trust::Trust(rootfs::Policy pinned, std::string envelope, const System& system)
    : system_(system), policy_(std::move(pinned)), policy_envelope_(std::move(envelope))
{
}

Result<rootfs::Statement> Trust::take_statement(std::string_view text, std::string_view nonce,
                                                std::chrono::steady_clock::time_point asked)
{
    const auto envelope = rootfs::Envelope::parse(text);
    if (!envelope)
        return std::unexpected(envelope.error());
    auto statement = rootfs::Statement::open(policy_, *envelope, nonce);
    if (statement)
        known_ = Known{*statement, asked};
    return statement;
}

bool Trust::has_fresh_statement() const
{
    return known_ && system_.now() - known_->asked < renew_after;
}

Result<void> Trust::take_policy(std::string_view text)
{
    const auto envelope = rootfs::Envelope::parse(text);
    if (!envelope)
        return std::unexpected(envelope.error());
    auto next = policy_.succeed(*envelope);
    if (!next)
        return std::unexpected(next.error());
    policy_ = std::move(*next);
    policy_envelope_ = text;
    return {};
}

Result<void> Trust::check_policy() const
{
    const auto envelope = rootfs::Envelope::parse(policy_envelope_);
    if (!envelope)
        return std::unexpected(envelope.error());
    return allows(policy_.header, envelope->payload);
}

Result<VerifiedRecord> Trust::open(const rootfs::RecordName& wanted, std::string_view text) const
{
    const auto envelope = rootfs::Envelope::parse(text);
    if (!envelope)
        return std::unexpected(envelope.error());
    auto payload = policy_.open(*envelope, wanted);
    if (!payload)
        return std::unexpected(payload.error());
    const auto header = rootfs::RecordHeader::parse(*payload);
    if (!header)
        return std::unexpected(header.error());
    if (auto allowed = allows(*header, *payload); !allowed)
        return std::unexpected(allowed.error());
    return VerifiedRecord{std::string(text), std::move(*payload), *header};
}

Result<void> Trust::allows(const rootfs::RecordHeader& header, std::string_view payload) const
{
    if (!known_)
        return fail("statement-stale", "There is no good statement of the server that {} is current.",
                    header.name.text());
    return known_->statement.allows(header, payload, system_.now() - known_->asked);
}

} // namespace farboot::agent
