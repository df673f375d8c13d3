#include "rootfs/record/trust.hpp"

namespace farboot::rootfs
{

namespace
{

/// A statement is good for ten minutes; one that a boot starts with has to last until its record is there.
constexpr auto renew_after = std::chrono::minutes(8);

} // namespace

Trust::Trust(Policy pinned, std::string envelope, Now now)
    : now_(std::move(now)), policy_(std::move(pinned)), policy_envelope_(std::move(envelope))
{
}

Result<Statement> Trust::take_statement(std::string_view text, std::string_view nonce,
                                        std::chrono::steady_clock::time_point asked)
{
    const auto envelope = Envelope::parse(text);
    if (!envelope)
        return std::unexpected(envelope.error());
    auto statement = Statement::open(policy_, *envelope, nonce);
    if (statement)
        known_ = Known{*statement, asked};
    return statement;
}

bool Trust::has_fresh_statement() const
{
    return known_ && now_() - known_->asked < renew_after;
}

Result<void> Trust::take_policy(std::string_view text)
{
    const auto envelope = Envelope::parse(text);
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
    const auto envelope = Envelope::parse(policy_envelope_);
    if (!envelope)
        return std::unexpected(envelope.error());
    return allows(policy_.header, envelope->payload);
}

Result<VerifiedRecord> Trust::open(const RecordName& wanted, std::string_view text) const
{
    const auto envelope = Envelope::parse(text);
    if (!envelope)
        return std::unexpected(envelope.error());
    auto payload = policy_.open(*envelope, wanted);
    if (!payload)
        return std::unexpected(payload.error());
    const auto header = RecordHeader::parse(*payload);
    if (!header)
        return std::unexpected(header.error());
    if (auto allowed = allows(*header, *payload); !allowed)
        return std::unexpected(allowed.error());
    return VerifiedRecord{std::string(text), std::move(*payload), *header};
}

Result<void> Trust::allows(const RecordHeader& header, std::string_view payload) const
{
    if (!known_)
        return fail("statement-stale", "There is no good statement of the server that {} is current.",
                    header.name.text());
    return known_->statement.allows(header, payload, now_() - known_->asked);
}

} // namespace farboot::rootfs
