@echo off
rem Starts gotunnel on Windows, as bin/gotunnel does elsewhere; the reasons stand there. Without "!" expansion,
rem because arguments may hold that character.
setlocal EnableExtensions DisableDelayedExpansion

set "needs=25"
for %%i in ("%~dp0..") do set "home=%%~fi"
set "lib=%home%\lib"
set "java_home="

if defined GOTUNNEL_JAVA_HOME (
    call :try "%GOTUNNEL_JAVA_HOME%"
    if not defined java_home echo gotunnel: GOTUNNEL_JAVA_HOME holds no Java %needs% or newer; looking elsewhere. 1>&2
)
if not defined java_home if defined JAVA_HOME call :try "%JAVA_HOME%"
if not defined java_home if exist "%lib%\built-with" (
    for /f "usebackq delims=" %%i in ("%lib%\built-with") do call :try "%%i"
)
if not defined java_home for %%i in (java.exe) do if not "%%~$PATH:i"=="" call :try "%%~dp$PATH:i.."
if not defined java_home for /d %%i in (
    "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\jdk-*" "%ProgramFiles%\Zulu\*"
    "%ProgramFiles%\Amazon Corretto\*" "%ProgramFiles%\BellSoft\*" "%LOCALAPPDATA%\Programs\Eclipse Adoptium\*"
    "%USERPROFILE%\.jdks\*" "%USERPROFILE%\scoop\apps\*jdk*"
) do (
    call :try "%%~i"
    call :try "%%~i\current"
)
if not defined java_home (
    echo gotunnel: needs Java %needs% or newer, and found none. Install one ^(for example from https://adoptium.net^), or set GOTUNNEL_JAVA_HOME to the folder of yours. 1>&2
    exit /b 1
)

rem cmd splits "--config=FILE" at the sign like at a blank, so both spellings look alike here.
set "kind=desktop"
set "value="
:argument
if "%~1"=="" goto chosen
if defined value (
    set "value="
    shift
    goto argument
)
for %%i in (--config --profile --log-level --log-format --environment --sentry-dsn --proxy --proxy-http-port --proxy-https-port) do if "%~1"=="%%i" set "value=expected"
rem KEY=VALUE counts as two.
if "%~1"=="--set" (
    set "value=expected"
    shift
)
if defined value (
    shift
    goto argument
)
set "kind=headless"
set "word=%~1"
if "%word:~0,1%"=="-" set "kind=desktop"
for %%i in (--headless -h --help -V --version) do if "%~1"=="%%i" set "kind=headless"
if "%kind%"=="headless" goto chosen
shift
goto argument

:chosen
set "flags=-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:-UsePerfData --enable-native-access=ALL-UNNAMED"
set "flags=%flags% -Dio.netty.leakDetection.level=disabled -Dio.netty.jfr.enabled=false"
if "%kind%"=="headless" set "flags=%flags% -Xms16m -Xmx64m -Xss256k -XX:ReservedCodeCacheSize=24m -XX:MaxDirectMemorySize=64m"
if "%kind%"=="desktop" set "flags=%flags% -Xms24m -Xmx192m"

rem The layout's build removes caches older than the jars; cmd cannot compare the times of files without help.
rem No blocks in parentheses from here on: a folder may be named "x (1)".
set "aot=-Xlog:aot=off"
set "trained_with="
if not defined GOTUNNEL_AOT_OUTPUT goto use_cache
set "aot=-XX:AOTCacheOutput=%GOTUNNEL_AOT_OUTPUT%"
>"%GOTUNNEL_AOT_OUTPUT%.jdk" echo %jdk%
goto run

:use_cache
if not exist "%lib%\gotunnel.aot" goto run
if not exist "%lib%\gotunnel.aot.jdk" goto run
for /f "usebackq delims=" %%i in ("%lib%\gotunnel.aot.jdk") do set "trained_with=%%i"
if "%trained_with%"=="%jdk%" set "aot=-XX:AOTCache=%lib%\gotunnel.aot"

:run
if "%kind%"=="desktop" goto desktop
"%java_home%\bin\java.exe" %flags% "-Dgotunnel.home=%home%" "-Dgotunnel.launcher=%home%\bin\gotunnel.bat" "%aot%" -Xlog:aot=off %GOTUNNEL_JAVA_OPTS% -jar "%lib%\gotunnel.jar" %*
exit /b

rem javaw has no console that would stay open behind the window.
:desktop
start "gotunnel" "%java_home%\bin\javaw.exe" %flags% "-Dgotunnel.home=%home%" "-Dgotunnel.launcher=%home%\bin\gotunnel.bat" "%aot%" -Xlog:aot=off %GOTUNNEL_JAVA_OPTS% -jar "%lib%\gotunnel.jar" %*
exit /b

rem Takes %1 as Java home if it holds Java 25 or newer.
:try
if defined java_home exit /b
if not exist "%~f1\bin\java.exe" exit /b
if not exist "%~f1\release" exit /b
set "version=0"
set "jdk="
for /f "usebackq tokens=1,2 delims==" %%k in ("%~f1\release") do (
    if "%%k"=="JAVA_VERSION" for /f "delims=.-+ " %%v in ("%%~l") do set "version=%%v"
    for %%n in (IMPLEMENTOR JAVA_RUNTIME_VERSION OS_ARCH OS_NAME LIBC) do if "%%k"=="%%n" call :identify "%%k=%%~l"
)
if %version% GEQ %needs% set "java_home=%~f1"
exit /b

:identify
set "jdk=%jdk%%~1;"
exit /b
