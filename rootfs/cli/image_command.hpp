#pragma once

#include "rootfs/cli/command.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/local_image.hpp"

#include <stop_token>
#include <string>
#include <vector>

/// What the files of `farboot image` share.
namespace farboot::rootfs
{

void add_store_option(CLI::App& command, std::string& store);

/// Reason: usage.
[[nodiscard]] Result<Digest> parse_digest(const std::string& text);
[[nodiscard]] Result<std::vector<Digest>> parse_digests(const std::vector<std::string>& texts);
/// An image of a store by what was typed. Reasons: usage, and those of Store and LocalImage.
[[nodiscard]] Result<LocalImage> open_image(const std::string& store, const std::string& digest);

/// Writes all of an image with a line of progress that says "Writing <name>"; zeros become holes. Reasons: those of
/// LocalImage::read() and AtomicFile.
[[nodiscard]] Result<void> write_raw(const LocalImage& image, AtomicFile& file, const std::string& name,
                                     const std::stop_token& stop);

// Each adds one or two commands to the group.
void add_diff_command(CLI::App& group, Action& chosen);
void add_clean_commands(CLI::App& group, Action& chosen);
void add_copy_command(CLI::App& group, Action& chosen);
void add_export_command(CLI::App& group, Action& chosen);
void add_import_command(CLI::App& group, Action& chosen);

} // namespace farboot::rootfs
