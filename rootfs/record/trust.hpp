#pragma once

#include "rootfs/record/policy.hpp"
#include "rootfs/record/statement.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// A record that passed every check of docs/records.md.
struct VerifiedRecord {
    std::string envelope; ///< as it came, to be handed on
    std::string payload;
    RecordHeader header;
};

/// What this PC believes at the moment: the policy in force, and the server's last good statement. Lives in RAM: every
/// power-on starts from the policy in the preboot system's own image.
class Trust
{
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    Trust(Policy pinned, std::string envelope, Now now = std::chrono::steady_clock::now);

    [[nodiscard]] const Policy& policy() const { return policy_; }
    /// The envelope of the policy in force.
    [[nodiscard]] const std::string& policy_envelope() const { return policy_envelope_; }

    /// Takes the answer to a question that was asked at `asked` with `nonce`. Reasons: as Statement::open().
    [[nodiscard]] Result<Statement> take_statement(std::string_view envelope, std::string_view nonce,
                                                   std::chrono::steady_clock::time_point asked);
    /// A statement that is good for some minutes more.
    [[nodiscard]] bool has_fresh_statement() const;
    /// True once a statement was good: from then on certificates are checked with dates.
    [[nodiscard]] bool knows_time() const { return known_.has_value(); }

    /// Takes the policy after this one. Reasons: as Policy::succeed().
    [[nodiscard]] Result<void> take_policy(std::string_view envelope);
    /// Does the statement allow the policy in force? Reasons: statement-stale, number-too-low, revoked.
    [[nodiscard]] Result<void> check_policy() const;

    /// All checks of a record that was fetched as `wanted`.
    [[nodiscard]] Result<VerifiedRecord> open(const RecordName& wanted, std::string_view envelope) const;

private:
    struct Known {
        Statement statement;
        std::chrono::steady_clock::time_point asked;
    };
    [[nodiscard]] Result<void> allows(const RecordHeader& header, std::string_view payload) const;

    Now now_;
    Policy policy_;
    std::string policy_envelope_;
    std::optional<Known> known_;
};

} // namespace farboot::rootfs
