#pragma once

#include "rootfs/image/publisher.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include <stop_token>
#include <string>

/// What the commands share that put an image into a store.
namespace farboot::rootfs
{

/// --chunking (content or fixed) and --zstd.
void add_cutting_options(CLI::App& command, std::string& chunking, int& zstd_level);

/// Publishes with a line of progress that starts with `doing`, and notes damaged packs. Reasons: those of
/// publish_image().
[[nodiscard]] Result<PublishedImage> publish_with_progress(StoreWriter& writer, const ImageSource& image,
                                                           const std::string& chunking, int zstd_level,
                                                           const std::string& doing, const std::stop_token& stop);
/// Gives the image the boot profile of the version before, as inherit_from_store() does, and says so. An image boots
/// without one too: what goes wrong is said, and publishing goes on.
void inherit_with_note(StoreWriter& writer, const Digest& image);
[[nodiscard]] nlohmann::json to_json(const PublishedImage& image);

} // namespace farboot::rootfs
