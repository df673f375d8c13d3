#include "tests/bench/replay/disk.hpp"

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <libnbd.h>
#include <unistd.h>

namespace farboot::bench
{

namespace
{

constexpr std::chrono::seconds longest_wait{30};
constexpr std::chrono::milliseconds between_tries{2};

class File : public Disk
{
public:
    explicit File(const std::string& name) : descriptor_(open(name.c_str(), O_RDONLY | O_CLOEXEC))
    {
        if (descriptor_ < 0)
            throw std::runtime_error(name + ": " + std::strerror(errno) + ".");
    }
    ~File() override { close(descriptor_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void read(std::uint64_t offset, std::span<std::byte> out) override
    {
        if (pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset)) != std::ssize(out))
            throw std::runtime_error("The file is shorter than the trace's image.");
    }

private:
    int descriptor_;
};

class Nbd : public Disk
{
public:
    explicit Nbd(const std::string& uri)
    {
        const auto until = std::chrono::steady_clock::now() + longest_wait;
        for (;;) {
            handle_.reset(nbd_create());
            if (handle_ && nbd_connect_uri(handle_.get(), uri.c_str()) == 0)
                return;
            if (std::chrono::steady_clock::now() > until)
                throw std::runtime_error(nbd_get_error());
            std::this_thread::sleep_for(between_tries);
        }
    }

    void read(std::uint64_t offset, std::span<std::byte> out) override
    {
        if (nbd_pread(handle_.get(), out.data(), out.size(), offset, 0) != 0)
            throw std::runtime_error(nbd_get_error());
    }

private:
    struct Closer {
        void operator()(nbd_handle* handle) const { nbd_close(handle); }
    };
    std::unique_ptr<nbd_handle, Closer> handle_;
};

} // namespace

std::unique_ptr<Disk> open_file(const std::string& file)
{
    return std::make_unique<File>(file);
}

std::unique_ptr<Disk> open_nbd(const std::string& uri)
{
    return std::make_unique<Nbd>(uri);
}

} // namespace farboot::bench
