#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace farboot::server
{

/// The public key that a PC proves itself with (docs/pcs.md): Ed25519 (RFC 8032) of one that lies on a disk or stick,
/// or ECDSA on P-256 with SHA-256 (FIPS 186-5) of a TPM's.
class PcKey
{
public:
    enum class Kind { ed25519, p256 };

    /// "ed25519:<base64 of 32 bytes>", or "p256:<base64 of 65 bytes>": an uncompressed point (SEC 1). Reason:
    /// key-malformed, also for what is not on the curve.
    [[nodiscard]] static Result<PcKey> parse(std::string_view text);
    [[nodiscard]] const std::string& text() const { return text_; }

    /// What people compare, on the PC's screen and on the admin page: 80 bits of the text's SHA-256 as 16 letters and
    /// digits in groups of four. Too many to make another key with the same.
    [[nodiscard]] std::string code() const;

    /// `signature`: 64 bytes; on P-256 r and s, 32 bytes each.
    [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

    bool operator==(const PcKey& other) const { return text_ == other.text_; }

private:
    PcKey(Kind kind, std::string raw, std::string text);

    Kind kind_;
    std::string raw_;
    std::string text_;
};

/// What a PC signs: the challenge, and the host (a name in lower case, or an address, without brackets and port) that
/// it believes to talk to, so that no other one can pass it on.
[[nodiscard]] std::string pc_proof_message(std::string_view host, std::string_view challenge);

/// Challenges that need no memory: the time when one ends, chance, and a MAC over both (RFC 2104, SHA-256) by a secret
/// that all servers of a catalog share.
class PcChallenges
{
public:
    static constexpr std::chrono::seconds life{120};

    explicit PcChallenges(std::string secret) : secret_(std::move(secret)) {}
    [[nodiscard]] std::string fresh(std::chrono::sys_seconds now) const;
    [[nodiscard]] bool accepts(std::string_view challenge, std::chrono::sys_seconds now) const;

private:
    [[nodiscard]] std::string mac(std::string_view text) const;

    std::string secret_;
};

} // namespace farboot::server
