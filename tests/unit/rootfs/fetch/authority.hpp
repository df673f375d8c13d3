#pragma once

#include <openssl/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace farboot::rootfs::testing_fetch
{

/// A server's certificate and key, both PEM.
struct Identity {
    std::string certificate;
    std::string key;
};

/// A certificate authority that lives as long as a test.
class Authority
{
public:
    Authority();
    ~Authority();

    [[nodiscard]] std::string certificate() const; ///< PEM
    /// `name` is a subjectAltName, "IP:127.0.0.1"; validity is in days from now, negative for the past.
    [[nodiscard]] Identity issue(const std::string& name = "IP:127.0.0.1", int from_day = -1, int to_day = 1) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A folder that goes when the test ends.
class Folder
{
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Writes a file and gives its path.
    std::string write(const std::string& name, const std::string& text) const;

private:
    std::filesystem::path path_;
};

} // namespace farboot::rootfs::testing_fetch
