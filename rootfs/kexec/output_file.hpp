#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <string_view>

namespace farboot::rootfs
{

/// A file that is being written (mode 0600), closed with the object.
class OutputFile
{
public:
    /// Replaces what was there. Reason: io.
    [[nodiscard]] static Result<OutputFile> create(const std::filesystem::path& file);
    /// A file that is on no file system and goes with its last descriptor. Reason: io.
    [[nodiscard]] static Result<OutputFile> in_memory(const char* name);
    ~OutputFile();
    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    /// Reason: memory-short (the files of a boot lie in memory).
    [[nodiscard]] Result<void> append(std::string_view data);
    /// Fills up with zeros to a multiple of 4, where the kernel looks for the next archive of an initramfs.
    [[nodiscard]] Result<void> align();

private:
    explicit OutputFile(int fd) : fd_(fd) {}
    int fd_;
};

} // namespace farboot::rootfs
