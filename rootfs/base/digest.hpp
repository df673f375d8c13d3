#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace farboot
{

using Bytes = std::span<const std::byte>;

/// The bytes of a text, not copied: the view must outlive the span.
inline Bytes as_bytes(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

/// A SHA-256 value (FIPS 180-4), the name of everything that is immutable.
struct Digest {
    std::array<std::byte, 32> bytes{};

    auto operator<=>(const Digest&) const = default;
    /// True for 32 zero bytes, which no data has: the mark of a zero chunk.
    [[nodiscard]] bool is_zero() const;
    /// 64 lower-case hexadecimal digits.
    [[nodiscard]] std::string hex() const;
    /// Accepts exactly 64 lower-case hexadecimal digits.
    [[nodiscard]] static std::optional<Digest> from_hex(std::string_view hex);
};

struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept;
};

[[nodiscard]] Digest sha256(Bytes data);

/// SHA-256 of data that comes in pieces.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(Bytes data);
    /// The digest of all pieces; the object starts anew.
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace farboot
