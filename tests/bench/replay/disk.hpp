#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace farboot::bench
{

/// What a trace is read from. Failures are std::runtime_error with a sentence.
class Disk
{
public:
    virtual ~Disk() = default;
    virtual void read(std::uint64_t offset, std::span<std::byte> out) = 0;
};

[[nodiscard]] std::unique_ptr<Disk> open_file(const std::string& file);
/// Tries again for half a minute while nobody listens.
[[nodiscard]] std::unique_ptr<Disk> open_nbd(const std::string& uri);

} // namespace farboot::bench
