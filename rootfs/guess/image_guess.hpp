#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/guess/firmware.hpp"
#include "rootfs/image/format.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// Parts of an image, what is read first first; each once, and at most Trace::most_reads.
struct ImageGuess {
    std::vector<FileRange> ranges;
    std::vector<std::string> left_out; ///< sentences, of the file systems that could not be read
};

/// What is known of a start besides the image.
struct StartHints {
    Firmware firmware = Firmware::unknown;
    /// What a kernel is told, for each way in which the image is started; none is as if nothing were told.
    std::vector<std::string> cmdlines{};
};

/// What is likely to be read of an image when it starts, in any of these ways: of a squashfs what guess_start() says;
/// of a disk the loader, the kernel and the initramfs first, then what guess_start() says of its ext4. Reasons: io;
/// not-squashfs, not-ext, too-many (damaged); no-guess (there is nothing in it of which a start could be guessed);
/// cancelled.
[[nodiscard]] Result<ImageGuess> guess_image(const std::filesystem::path& image, const StartHints& hints,
                                             const std::stop_token& stop);

} // namespace farboot::rootfs
