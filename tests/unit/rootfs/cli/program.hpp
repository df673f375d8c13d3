#pragma once

#include "rootfs/image/file.hpp"
#include "rootfs/record/policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace farboot::rootfs
{

/// What a run of `farboot` gave.
struct Outcome {
    int code = 0; ///< exit code, or minus the signal that ended it
    std::string out;
    std::string err;
};

/// A running `farboot`, started in a folder.
class Program
{
public:
    Program(const std::filesystem::path& folder, const std::vector<std::string>& arguments);
    /// Kills the program if it still runs.
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void signal(int number) const;
    [[nodiscard]] bool has_ended();
    Outcome wait();

private:
    std::filesystem::path out_;
    std::filesystem::path err_;
    pid_t process_ = -1;
    int status_ = 0;
};

/// A folder of its own for each test, in which `farboot` runs.
class CliTest : public testing::Test
{
protected:
    void SetUp() override;
    void TearDown() override;

    Outcome run(const std::vector<std::string>& arguments) { return Program(folder_, arguments).wait(); }
    /// Expects exit code 0 and gives what stdout said.
    std::string good(const std::vector<std::string>& arguments);
    nlohmann::json good_json(const std::vector<std::string>& arguments);
    std::filesystem::path put(const std::string& name, std::string_view data);
    std::string get(const std::string& name);
    /// publisher.pem, statement.pub and a policy.dsse that trusts them.
    void make_keys();

    std::filesystem::path folder_;
};

/// Bytes that do not compress, always the same for a seed.
std::string noise(std::size_t size, unsigned seed = 1);

} // namespace farboot::rootfs
