#include "tests/unit/rootfs/cli/program.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace farboot::rootfs
{

Program::Program(const std::filesystem::path& folder, const std::vector<std::string>& arguments)
    : out_(folder / ".stdout"), err_(folder / ".stderr")
{
    std::vector<std::string> all = arguments;
    all.insert(all.begin(), FARBOOT_PROGRAM);
    std::vector<char*> argv;
    for (auto& argument : all)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    process_ = ::fork();
    if (process_ != 0)
        return;
    const auto redirect = [](const std::filesystem::path& path, int to) {
        ::dup2(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), to);
    };
    redirect(out_, STDOUT_FILENO);
    redirect(err_, STDERR_FILENO);
    if (::chdir(folder.c_str()) == 0)
        ::execv(FARBOOT_PROGRAM, argv.data());
    ::_exit(127);
}

Program::~Program()
{
    if (process_ < 0)
        return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

void Program::signal(int number) const
{
    if (process_ > 0)
        ::kill(process_, number);
}

bool Program::has_ended()
{
    if (process_ > 0 && ::waitpid(process_, &status_, WNOHANG) == process_)
        process_ = -1;
    return process_ < 0;
}

Outcome Program::wait()
{
    if (process_ > 0)
        ::waitpid(process_, &status_, 0);
    process_ = -1;
    const auto code = WIFSIGNALED(status_) ? -WTERMSIG(status_) : WEXITSTATUS(status_);
    return {code, read_file(out_, 1 << 24).value_or(""), read_file(err_, 1 << 24).value_or("")};
}

void CliTest::SetUp()
{
    auto name = (std::filesystem::temp_directory_path() / "farboot-cli-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
}

void CliTest::TearDown()
{
    std::filesystem::remove_all(folder_);
}

std::string CliTest::good(const std::vector<std::string>& arguments)
{
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
}

nlohmann::json CliTest::good_json(const std::vector<std::string>& arguments)
{
    const auto text = good(arguments);
    auto json = nlohmann::json::parse(text, nullptr, false);
    EXPECT_FALSE(json.is_discarded()) << text;
    return json;
}

std::filesystem::path CliTest::put(const std::string& name, std::string_view data)
{
    EXPECT_TRUE(write_file(folder_ / name, as_bytes(data)));
    return folder_ / name;
}

std::string CliTest::get(const std::string& name)
{
    return read_file(folder_ / name, 1 << 30).value_or("");
}

void CliTest::make_keys()
{
    good({"key", "new", "publisher.pem"});
    good({"key", "new", "statement.pem", "--public-out", "statement.pub"});
    good({"policy", "new", "--number", "1", "--publisher", "publisher.pem", "--threshold", "1", "--statement",
          "statement.pub", "--sign", "publisher.pem", "-o", "policy.dsse"});
}

std::string noise(std::size_t size, unsigned seed)
{
    std::mt19937_64 random(seed);
    std::string data(size, '\0');
    for (std::size_t at = 0; at + 8 <= size; at += 8) {
        const auto value = random();
        std::memcpy(data.data() + at, &value, 8);
    }
    return data;
}

} // namespace farboot::rootfs
