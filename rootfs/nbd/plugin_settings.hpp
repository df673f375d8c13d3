#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/nbd/reader_engine.hpp"
#include "rootfs/record/verified_image.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// The plugin's parameters, key=value on nbdkit's command line.
class PluginSettings
{
public:
    /// For nbdkit --help.
    static const char* help();

    /// Paths must be absolute. Reason: setting.
    [[nodiscard]] Result<void> set(std::string_view key, std::string_view value);
    /// What is needed is there. Reason: setting.
    [[nodiscard]] Result<void> check() const;

    /// These read the files. Reasons: not-found, io, too-long, and those of the parsers.
    [[nodiscard]] Result<Policy> policy() const;
    /// Those of the parameters `record`, in order.
    [[nodiscard]] Result<std::vector<VerifiedImage>> images(const Policy& policy) const;
    /// Without notices.
    [[nodiscard]] Result<ReaderEngine::Options> engine_options() const;

    [[nodiscard]] const std::filesystem::path& control() const { return control_; }
    [[nodiscard]] const std::filesystem::path& console() const { return console_; }
    [[nodiscard]] const std::filesystem::path& waiting() const { return waiting_; }
    [[nodiscard]] bool lock() const { return lock_; }
    [[nodiscard]] bool pin() const { return pin_; }

private:
    std::vector<std::filesystem::path> records_;
    std::vector<std::string> stores_; ///< URLs, instead of the file sources_
    std::string tokens_;
    std::filesystem::path policy_, sources_, ca_, control_, console_, disk_cache_, disk_view_, session_, waiting_;
    std::size_t cache_mib_ = 64;
    std::size_t disk_cache_mib_ = 4096;
    std::size_t give_up_seconds_ = 0; ///< 0: never
    bool lock_ = false;
    bool pin_ = false;
};

} // namespace farboot::rootfs
