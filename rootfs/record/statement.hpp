#pragma once

#include "rootfs/record/policy.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What the server's online key says of freshness (docs/records.md).
struct Statement {
    struct Lowest {
        RecordName name;
        std::uint64_t number = 0;
        bool operator==(const Lowest&) const = default;
    };

    std::string nonce; ///< raw bytes, 16 … 64
    std::chrono::sys_seconds time;
    std::vector<Lowest> lowest;
    std::vector<Digest> revoked; ///< of payloads

    bool operator==(const Statement&) const = default;
    [[nodiscard]] static Result<Statement> parse(std::string_view payload);
    [[nodiscard]] std::string to_json() const;

    /// Opens an envelope by the policy and compares the nonce. Reasons: as Policy::open(), statement-stale.
    [[nodiscard]] static Result<Statement> open(const Policy& policy, const Envelope& envelope, std::string_view nonce);

    /// Is a record that the policy accepted still good? `payload` is its exact bytes. `age` is how long ago, on the
    /// monotonic clock, this statement was asked for. Reasons: statement-stale (age over 10 minutes), number-too-low,
    /// revoked.
    [[nodiscard]] Result<void> allows(const RecordHeader& record, std::string_view payload,
                                      std::chrono::steady_clock::duration age) const;
};

/// 32 bytes from the system's random source.
[[nodiscard]] std::string fresh_nonce();

} // namespace farboot::rootfs
