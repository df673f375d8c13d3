#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/image/format.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// What a client read of an image, in order: only reads that met something of it for the first time. Boot profiles are
/// made from such traces (docs/boot-profiles.md), and benchmarks replay them.
struct Trace {
    struct Read {
        /// Since the image was opened, on the client's own clock: it stands still while a read is being answered, so
        /// what is left is how long the client took by itself.
        std::chrono::microseconds time{};
        FileRange range; ///< of the image, not empty
        bool operator==(const Read&) const = default;
    };
    /// A reader records no more.
    static constexpr std::size_t most_reads = 32'768;
    static constexpr std::size_t most_text_bytes = 4 << 20;

    Digest manifest;
    std::uint64_t image_bytes = 0;
    std::string hardware; ///< what PC it was ("QEMU Standard PC"), may be empty
    std::string session;  ///< what was started there ("xfce"), may be empty
    std::vector<Read> reads;
    bool guessed = false; ///< nobody has read this: it was made of the image's files
    bool operator==(const Trace&) const = default;

    /// The lines of docs/boot-profiles.md.
    [[nodiscard]] std::string to_text() const;
    /// Reason: trace-malformed (also: a read that does not lie in the image, a time that goes back).
    [[nodiscard]] static Result<Trace> parse(std::string_view text);
};

/// True for what may stand in `hardware` and `session`: up to 80 printable ASCII characters.
[[nodiscard]] bool is_trace_label(std::string_view text);

} // namespace farboot::rootfs
