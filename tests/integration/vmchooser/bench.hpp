#pragma once

#include "tests/integration/vmchooser/boot_sector.hpp"

#include <QProcess>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>

/// What the tests with real machines share. They run in the session that as-user made.
namespace farboot::vmchooser::testing
{

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// SeaBIOS reads no disk that is smaller than one cylinder.
inline constexpr std::uint64_t disk_bytes = 1 << 20;
/// Generous: the machine is emulated, maybe on a busy PC.
inline constexpr auto deadline = 240s;

inline bool eventually(const std::function<bool()>& condition)
{
    for (const auto end = std::chrono::steady_clock::now() + deadline; std::chrono::steady_clock::now() < end;
         std::this_thread::sleep_for(100ms))
        if (condition())
            return true;
    return false;
}

inline std::string content(const fs::path& file)
{
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

/// This process's standard error, which is where log lines go, as a file that can be read while it grows.
class StandardError
{
public:
    explicit StandardError(fs::path file) : file_(std::move(file)), saved_(::dup(2))
    {
        const int fd = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        ::dup2(fd, 2);
        ::close(fd);
    }
    ~StandardError()
    {
        ::dup2(saved_, 2);
        ::close(saved_);
        std::fputs(content(file_).c_str(), stderr);
    }
    StandardError(const StandardError&) = delete;
    StandardError& operator=(const StandardError&) = delete;
    [[nodiscard]] bool has(std::string_view text) const { return content(file_).find(text) != std::string::npos; }

private:
    fs::path file_;
    int saved_;
};

/// A virtual disk with the boot sector in front, served by nbdkit on <folder>/nbd.sock.
class DiskServer
{
public:
    explicit DiskServer(fs::path folder, const std::array<unsigned char, 512>& sector = boot_sector)
        : folder_(std::move(folder))
    {
        std::ofstream(folder_ / "disk.img", std::ios::binary)
            .write(reinterpret_cast<const char*>(sector.data()), sector.size());
        fs::resize_file(folder_ / "disk.img", disk_bytes);
        nbdkit_.start("nbdkit", {"--foreground", "--readonly", "--unix", QString::fromStdString(folder_ / "nbd.sock"),
                                 "file", QString::fromStdString(folder_ / "disk.img")});
        EXPECT_TRUE(eventually([&] { return fs::exists(folder_ / "nbd.sock"); }));
    }
    ~DiskServer()
    {
        nbdkit_.terminate();
        nbdkit_.waitForFinished();
        fs::remove(folder_ / "nbd.sock");
    }
    DiskServer(const DiskServer&) = delete;
    DiskServer& operator=(const DiskServer&) = delete;

private:
    fs::path folder_;
    QProcess nbdkit_;
};

} // namespace farboot::vmchooser::testing
